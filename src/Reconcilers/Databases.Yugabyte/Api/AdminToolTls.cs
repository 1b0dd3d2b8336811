using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How the admin tool connects to masters with TLS.</summary>
/// <param name="Directory">The directory of certificates on the tool host.</param>
/// <param name="ClientNode">
/// The node whose certificate in the directory the tool presents; null if the masters require none.
/// </param>
internal sealed record AdminToolTls(string Directory, string? ClientNode)
{
    /// <summary>TLS of the cluster's own masters; null without it.</summary>
    public static AdminToolTls? Of(DatabaseServiceTls? tls) => Of(tls?.CertsDirName, tls?.ClientNodeName);

    /// <summary>TLS of the masters of a peer; null without it.</summary>
    public static AdminToolTls? Of(ReplicationPeer peer) => Of(peer.CertsDirName, peer.ClientNodeName);

    /// <summary>The arguments of the tool; none without TLS.</summary>
    public static IReadOnlyList<string> Arguments(AdminToolTls? tls, YugabyteVocabulary vocabulary) => tls switch
    {
        null => [],
        { ClientNode: { } node } => [vocabulary.CertsFlag, tls.Directory, vocabulary.ClientNodeFlag, node],
        _ => [vocabulary.CertsFlag, tls.Directory],
    };

    private static AdminToolTls? Of(string? directory, string? node) =>
        directory is null ? null : new AdminToolTls(directory, node);
}
