namespace Drydock.Reconcilers.Oms;

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
