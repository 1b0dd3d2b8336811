namespace Drydock.Reconcilers.Upgrades;

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
