"""Shapes of road users and plants, built in code from stations, rings and boxes."""
