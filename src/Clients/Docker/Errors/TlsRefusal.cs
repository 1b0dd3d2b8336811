namespace Drydock.Clients.Docker;


/// <summary>Which side ended a TLS handshake.</summary>
public enum TlsRefusal
{
    /// <summary>The handshake broke without either side saying why (no TLS at the other end, for example).</summary>
    Unknown,

    /// <summary>We did not accept the engine's certificate.</summary>
    Client,

    /// <summary>The engine did not accept our certificate.</summary>
    Server,
}
