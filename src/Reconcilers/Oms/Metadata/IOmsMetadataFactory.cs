namespace Drydock.Reconcilers.Oms;

/// <summary>Gives access to OMS's metadata databases.</summary>
internal interface IOmsMetadataFactory
{
    /// <summary>
    /// Binds to a server. Opens nothing yet: every operation of the result opens a session of its own and closes it,
    /// without reconnect, so that a statement can never arrive later in a session that nobody knows.
    /// </summary>
    /// <param name="target">Where the metadata server is and who connects.</param>
    IOmsMetadata Open(MetadataTarget target);
}
