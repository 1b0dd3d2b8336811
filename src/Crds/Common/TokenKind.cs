using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>What a token asks for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenKind>))]
public enum TokenKind
{
    /// <summary>Go on after a failure.</summary>
    Retry,

    /// <summary>Start nothing more.</summary>
    Abort,
}
