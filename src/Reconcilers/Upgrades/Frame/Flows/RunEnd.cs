namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a run of plans has come to an end with.</summary>
internal enum RunEnd
{
    /// <summary>It goes on, or waits.</summary>
    None,

    /// <summary>The upgrade succeeded, or its cleanup.</summary>
    Forward,

    /// <summary>The way back was taken to its end.</summary>
    Back,
}
