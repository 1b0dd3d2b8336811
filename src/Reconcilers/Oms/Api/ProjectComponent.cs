namespace Drydock.Reconcilers.Oms;

/// <summary>One component of a project.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">
/// Its status in OMS's own words; their full list is not documented (docs/research/oms.md#project-status).
/// </param>
/// <param name="Subtopic">The subtopic it serves; several stores may serve one. Empty if it says none.</param>
internal sealed record ProjectComponent(ProjectComponentKind Kind, string Name, string Status, string Subtopic = "");

/// <summary>Kinds of components of a project, by the list of <c>DescribeProjectComponents</c> they are in.</summary>
internal enum ProjectComponentKind
{
    /// <summary>Pulls increments of the source (<c>storeList</c>).</summary>
    Store,

    /// <summary>Applies increments (<c>incrSyncComponents</c>; JDBCWriter or Connector before 4.1.1).</summary>
    IncrSync,

    /// <summary>Imports existing data (<c>fullImportComponents</c>).</summary>
    FullImport,

    /// <summary>Verifies existing data (<c>fullVerifyComponents</c>).</summary>
    FullVerification,

    /// <summary>Pulls increments of the target after a switchover (<c>reverseStoreList</c>).</summary>
    ReverseStore,

    /// <summary>Applies increments of the target after a switchover (<c>reverseIncrSyncComponents</c>).</summary>
    ReverseIncrSync,
}
