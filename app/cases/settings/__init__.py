"""Settings (设置): what a center decides for itself about its cases."""
