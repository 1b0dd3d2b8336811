namespace Drydock.Crds.Common;

/// <summary>What a run has done to the system so far, as its steps showed it.</summary>
public sealed record SystemStatus
{
    /// <summary>The state.</summary>
    public SystemState State { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When a look at the system last showed it.</summary>
    public DateTimeOffset? SeenAt { get; init; }
}

/// <summary>Whether users can work with the system.</summary>
public enum SystemState
{
    /// <summary>Not seen yet, or it is not as the run left it.</summary>
    Unknown,

    /// <summary>Users can work.</summary>
    Up,

    /// <summary>Users can work; a node that fails is not replaced.</summary>
    UpWithoutHA,

    /// <summary>Its processes are replaced one by one, and users can work.</summary>
    Rolling,

    /// <summary>Users cannot work.</summary>
    Down,
}
