namespace Drydock.Tests.Unit.Fakes;

/// <summary>A project as the console's API knows it.</summary>
internal sealed class WorldProject(ProjectKind kind, string id, string name, string status)
{
    public ProjectKind Kind { get; } = kind;

    public string Id { get; set; } = id;

    public string Name { get; } = name;

    public string Status { get; set; } = status;

    /// <summary>How far behind it is; null: it has no checkpoint.</summary>
    public TimeSpan? Lag { get; set; } = TimeSpan.FromSeconds(2);

    public string CurrentStep { get; set; } = "INCR_TRANSFER";

    public bool SynchronizesIncrements { get; set; } = true;

    public List<ProjectStep> Steps { get; } = [new("INCR_TRANSFER", "MONITORING"), new("TRANSFER_APP_SWITCH", "INIT")];

    /// <summary>Its status once the new version has initialized; null: as before.</summary>
    public string? StatusAfterUpgrade { get; set; }

    /// <summary>State of its Full-Import; null: it has none.</summary>
    public string? FullImport { get; set; }

    /// <summary>High availability does not heal it.</summary>
    public bool NeverHeals { get; set; }
}
