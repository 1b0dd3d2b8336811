namespace Drydock.Reconcilers.Oms;

/// <summary>One component of a project.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">
/// Its status in OMS's own words; their full list is not documented (docs/research/oms.md#project-status).
/// </param>
/// <param name="Subtopic">The subtopic it serves; several stores may serve one. Empty if it says none.</param>
internal sealed record ProjectComponent(ProjectComponentKind Kind, string Name, string Status, string Subtopic = "");
