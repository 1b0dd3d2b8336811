namespace Drydock.Reconcilers.Oms;

/// <summary>Which table a project of OMS below 4.0.1 is in.</summary>
internal enum OmsProjectKind
{
    /// <summary>Data migration (<c>oms_project</c>).</summary>
    Migration,

    /// <summary>Data synchronisation (<c>oms_sync_project</c>).</summary>
    Sync,
}
