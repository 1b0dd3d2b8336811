using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Certificate and key among the binds of a container (docs/research/oms.md#container).
/// </summary>
internal static class HttpsBinds
{
    private const string KeyTarget = "/etc/pki/nginx/oms_server.key";

    /// <summary>
    /// The binds of the new container: those of the old one, certificate and key in place of its own if the spec gives
    /// them.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> binds, HttpsSpec? https)
    {
        return https is null
            ? binds
            :
            [
                .. binds.Where(bind => bind.Split(':') is not [_, ConsoleAddress.CertificateTarget or KeyTarget, ..]),
                $"{https.CertificateHostPath}:{ConsoleAddress.CertificateTarget}",
                $"{https.KeyHostPath}:{KeyTarget}",
            ];
    }
}
