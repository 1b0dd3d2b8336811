namespace Drydock.Reconcilers.Databases;

/// <summary>What a keeper says of its process.</summary>
/// <param name="State">Its state.</param>
/// <param name="Text">Its own words.</param>
internal sealed record KeptProcess(SupervisionState State, string Text)
{
    /// <summary>The unit or service directory in charge.</summary>
    public string? Unit { get; init; }

    /// <summary>The process it names.</summary>
    public int? Pid { get; init; }

    /// <summary>How often it has restarted it.</summary>
    public int? Restarts { get; init; }

    /// <summary>
    /// Whether there are two units, so that the choice must be noted before the one in charge is stopped.
    /// </summary>
    public bool NeedsChoice { get; init; }

    /// <summary>The keeper's own word for a state that a start must clear first: failed.</summary>
    public string Word { get; init; } = "";
}
