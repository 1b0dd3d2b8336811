using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>How far TLS towards a database goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatabaseTlsMode>))]
public enum DatabaseTlsMode
{
    /// <summary>Plain text, as OMS itself connects.</summary>
    Disabled,

    /// <summary>Encrypted, whoever the server is.</summary>
    Required,

    /// <summary>Encrypted, and the server's certificate is signed by the given CA and names the host.</summary>
    VerifyIdentity,
}
