namespace Drydock.Reconcilers.OmsUpgrades.Domain;

/// <summary>A project as the metadata of OMS below 4.0.1 has it.</summary>
/// <param name="Kind">Migration or synchronisation.</param>
/// <param name="Id">Its id, as text.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status, for instance <c>RUNNING</c> (facts §4.6).</param>
public sealed record OmsProject(OmsProjectKind Kind, string Id, string Name, string Status);
