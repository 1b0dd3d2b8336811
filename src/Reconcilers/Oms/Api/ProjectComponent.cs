namespace Drydock.Reconcilers.Oms;

/// <summary>One component of a project.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status in OMS's own words; their full list is not documented
/// (docs/research/oms.md#project-status).</param>
/// <param name="Subtopic">The subtopic it serves; several stores may serve one. Empty if it says none.</param>
internal sealed record ProjectComponent(ProjectComponentKind Kind, string Name, string Status, string Subtopic = "");

/// <summary>Kinds of components of a project, by the list of <c>DescribeProjectComponents</c> they are in.</summary>
internal enum ProjectComponentKind
{
    Store,

    /// <summary>Applies increments (<c>incrSyncComponents</c>; JDBCWriter or Connector before 4.1.1).</summary>
    IncrSync,

    FullImport,

    FullVerification,

    ReverseStore,

    ReverseIncrSync,
}
