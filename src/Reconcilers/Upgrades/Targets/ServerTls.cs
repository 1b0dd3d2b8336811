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
