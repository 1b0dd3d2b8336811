namespace Drydock.Crds.Common;

/// <summary>TLS of the connection to a MySQL-protocol server.</summary>
public sealed record DatabaseTls
{
    /// <summary>Whether the connection is encrypted and the certificate of the server is verified. The certificate
    /// authority is the key <c>ca.crt</c> of the credentials Secret.</summary>
    public DatabaseTlsMode Mode { get; init; }
}

/// <summary>How a database connection uses TLS.</summary>
public enum DatabaseTlsMode
{
    /// <summary>Not encrypted, as OMS itself connects.</summary>
    Disabled,

    /// <summary>Encrypted, but the identity of the server is not verified.</summary>
    Required,

    /// <summary>Encrypted. The certificate of the server must be signed by the given certificate authority and name the
    /// host.</summary>
    VerifyIdentity,
}
