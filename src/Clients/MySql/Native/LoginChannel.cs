namespace Drydock.Clients.MySql.Native;

/// <summary>What a login runs over.</summary>
internal enum LoginChannel
{
    /// <summary>TCP without TLS.</summary>
    Plain,

    /// <summary>TCP with TLS; who answers is not verified.</summary>
    Tls,

    /// <summary>TCP with TLS to a server whose certificate is verified.</summary>
    VerifiedTls,

    /// <summary>A socket file of this machine.</summary>
    UnixSocket,
}
