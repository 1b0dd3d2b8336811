namespace Drydock.Reconcilers.Oms;

/// <summary>Reads the Secret of <c>spec.preflight.apiCredentialsSecretRef</c>: keys username and password, and
/// optionally url, ca.crt and serverName.</summary>
internal static class OmsApiCredentials
{
    public const string Field = "spec.preflight.apiCredentialsSecretRef";

    /// <param name="data">Its values; null if it does not exist.</param>
    /// <exception cref="OmsApiException">It does not exist, or a key is missing or unusable.</exception>
    public static OmsApiTarget Read(string name, IReadOnlyDictionary<string, byte[]>? data, Uri usual)
    {
        if (data is null)
        {
            throw Unusable($"Secret {name} ({Field}) does not exist. Create it with the keys username and password");
        }

        if (SecretLimits.Refusal(name, data, SecretKeys.Console) is { } refusal)
        {
            throw Unusable($"{Field}: {refusal}");
        }

        var address = SecretText.Of(data, "url") is { } url
            ? ConsoleAddress.Parse(url)
                ?? throw Unusable(
                    $"key url of Secret {name} ({Field}) is not an address of a console. "
                        + "Use a form like https://oms.example:8089")
            : usual;
        return new OmsApiTarget(
            address,
            Required(name, data, "username"),
            new Secret(Required(name, data, "password")),
            SecretLimits.Pem(data.GetValueOrDefault(SecretKeys.Authority)))
        {
            ServerName = ServerName(name, data, address),
        };
    }

    private static string? ServerName(string name, IReadOnlyDictionary<string, byte[]> data, Uri address)
    {
        if (SecretText.Of(data, "serverName") is not { } text)
        {
            return null;
        }

        // A named certificate means that the password is sent to no other server.
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            throw Unusable(
                $"key serverName of Secret {name} ({Field}) is for a console with HTTPS, but the address of the "
                    + $"console is {address}. Remove the key, or put the HTTPS address into the key url");
        }

        return Uri.CheckHostName(text) == UriHostNameType.Unknown
            ? throw Unusable(
                $"key serverName of Secret {name} ({Field}) is not a host name or address. "
                    + "Use a name of the console's certificate, like oms.example")
            : text;
    }

    private static string Required(string name, IReadOnlyDictionary<string, byte[]> data, string key) =>
        SecretText.Of(data, key) ?? throw Unusable($"Secret {name} ({Field}) has no key {key}. Add it");

    private static OmsApiException Unusable(string message) => new(OmsApiErrorKind.Credentials, message);
}

/// <summary>Where the console of a node is: nginx's port, HTTPS where the certificate is mounted
/// (docs/project/research/oms.md#container).</summary>
internal static class ConsoleAddress
{
    public const string CertificateTarget = "/etc/pki/nginx/oms_server.crt";

    public static Uri Of(string hostIP, int port, bool https) =>
        new UriBuilder(https ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, hostIP, port).Uri;

    /// <summary>Reads an address that a user gave.</summary>
    /// <returns>Null if it is not an absolute http or https address without user, query and fragment.</returns>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0
            ? WithoutApiPath(address)
            : null;

    // Users copy the whole address of the vendor's sample.
    private static Uri WithoutApiPath(Uri address)
    {
        var path = address.AbsolutePath.TrimEnd('/');
        path = path.EndsWith("/api/v2", StringComparison.OrdinalIgnoreCase) ? path[..^"/api/v2".Length] : path;
        return new Uri($"{address.Scheme}://{address.Authority}{path}/");
    }
}
