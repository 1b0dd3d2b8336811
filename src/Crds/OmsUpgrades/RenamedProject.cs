using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>A project that was given another name because it shared one.</summary>
public sealed record RenamedProject
{
    /// <summary>Migration or Synchronization.</summary>
    public ProjectKind Kind { get; init; }

    /// <summary>Id in its table.</summary>
    [Length(SchemaLimits.ShortName)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The name it had.</summary>
    [Length(SchemaLimits.Name)]
    public string OldName { get; init => field = value ?? ""; } = "";

    /// <summary>The name it has now.</summary>
    [Length(SchemaLimits.Name)]
    public string NewName { get; init => field = value ?? ""; } = "";
}
