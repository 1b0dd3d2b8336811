namespace Drydock.Clients.Docker;

/// <summary>Which stream a piece of output came from.</summary>
public enum ContainerOutputSource
{
    /// <summary>The daemon's echo of stdin.</summary>
    StandardInput = 0,

    /// <summary>stdout, and everything of a container with a terminal.</summary>
    StandardOutput = 1,

    /// <summary>stderr.</summary>
    StandardError = 2,
}
