"""Simulated traffic: SUMO network, scenarios, ground truth and the feed that cameras and speakers meet it through."""
