namespace Drydock.Clients.MySql;

/// <summary>
/// How much TLS a connection asks for. There is no "Preferred": a mode that falls back to clear text protects nobody.
/// </summary>
public enum MySqlSslMode
{
    /// <summary>Never TLS.</summary>
    Disabled,

    /// <summary>TLS or no connection; the certificate is not verified (protects from listening only).</summary>
    Required,

    /// <summary>
    /// TLS, the certificate must be signed by <see cref="MySqlConnectionStringBuilder.SslCa"/>, which must be given;
    /// its name is not compared.
    /// </summary>
    VerifyCA,

    /// <summary>
    /// TLS, the certificate must be signed by <see cref="MySqlConnectionStringBuilder.SslCa"/> (or a system CA) and
    /// carry the host's name.
    /// </summary>
    VerifyFull,
}
