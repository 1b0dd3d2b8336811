namespace Drydock.Reconcilers.Upgrades;

/// <summary>TLS of a database server, as a spec and the Secret with its login ask for it.</summary>
internal static class ServerTls
{
    public static MySqlTls Of(DatabaseTls? spec, byte[]? authority) => spec is null
        ? new MySqlTls()
        : new MySqlTls
        {
            Mode = spec.Mode switch
            {
                DatabaseTlsMode.Disabled => MySqlTlsMode.Disabled,
                DatabaseTlsMode.VerifyCA => MySqlTlsMode.VerifyCA,
                _ => MySqlTlsMode.VerifyIdentity,
            },
            Fingerprint = spec.Fingerprint,
            Authority = SecretLimits.Pem(authority),
        };
}

/// <summary>Warns of a login at a database server whose identity is not verified. One text for every kind.</summary>
internal static class UnverifiedServer
{
    public static string? Warning(string server, string field, DatabaseTls? tls) =>
        tls is { Mode: not DatabaseTlsMode.Disabled } or { Fingerprint: not null }
            ? null
            : $"{server} is reached with {field}: {DatabaseTlsMode.Disabled}. The server's identity is not verified, "
                + "so a host on the network path could read the traffic. "
                + "Set VerifyIdentity or VerifyCA and add the key ca.crt to the credentials Secret, "
                + "if the server offers TLS.";
}
