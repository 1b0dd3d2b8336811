using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>A project as the metadata of OMS below the merged architecture, or the API, has it.</summary>
/// <param name="Kind">Migration or synchronisation.</param>
/// <param name="Id">Its id, as text: the table's or the API's.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status, for instance <c>RUNNING</c> (docs/research/oms.md#project-status).</param>
internal sealed record OmsProject(ProjectKind Kind, string Id, string Name, string Status)
{
    /// <summary>Its components and their states in one line; null if unknown.</summary>
    public string? Components { get; init; }
}
