"""Speaking to road users through the drone, and watching whether it helped."""
