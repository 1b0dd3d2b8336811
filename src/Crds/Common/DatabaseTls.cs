namespace Drydock.Crds.Common;

/// <summary>TLS of the connection to a MySQL-protocol server.</summary>
public sealed record DatabaseTls
{
    /// <summary>Whether the connection is encrypted, and what of the server's certificate is verified, against ca.crt
    /// of the credentials Secret.</summary>
    public DatabaseTlsMode Mode { get; init; }

    /// <summary>SHA-256 of the server's certificate, as openssl x509 -noout -fingerprint -sha256 prints it. Only this
    /// certificate is accepted, of any signer and in any mode. The server must show the authority that
    /// signed it, as MySQL and MariaDB do, because the backup tools verify with that.</summary>
    [Pattern("^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$")]
    [Length(95)]
    public string? Fingerprint { get; init; }
}

/// <summary>How a database connection uses TLS.</summary>
public enum DatabaseTlsMode
{
    /// <summary>Not encrypted, as OMS itself connects.</summary>
    Disabled,

    /// <summary>Encrypted. The certificate of the server must be signed by the given certificate authority; its name is
    /// not compared. A MySQL with the certificate that it made for itself can be reached so: the authority is the file
    /// ca.pem in its data directory.</summary>
    VerifyCA,

    /// <summary>Encrypted. The certificate of the server must be signed by the given certificate authority and name the
    /// host.</summary>
    VerifyIdentity,
}
