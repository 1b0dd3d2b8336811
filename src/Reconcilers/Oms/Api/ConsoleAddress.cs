namespace Drydock.Reconcilers.Oms;

/// <summary>Where the console of a node is: nginx's port, HTTPS where the certificate is mounted
/// (docs/research/oms.md#container).</summary>
internal static class ConsoleAddress
{
    public const string CertificateTarget = "/etc/pki/nginx/oms_server.crt";

    public static Uri Of(string hostIP, int port, bool https) =>
        new UriBuilder(https ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, hostIP, port).Uri;

    /// <summary>Reads an address that a user gave.</summary>
    /// <returns>Null if it is not an absolute http or https address without user, query and fragment.</returns>
    public static Uri? Parse(string text)
    {
        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            ? WithoutApiPath(address)
            : null;
    }

    // Users copy the whole address of the vendor's sample.
    private static Uri WithoutApiPath(Uri address)
    {
        var path = address.AbsolutePath.TrimEnd('/');
        path = path.EndsWith("/api/v2", StringComparison.OrdinalIgnoreCase) ? path[..^"/api/v2".Length] : path;
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{address.Authority}{path}/"));
    }
}
