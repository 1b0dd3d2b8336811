using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Typed access to source-generated JSON.</summary>
internal static class JsonExtensions
{
    public static JsonTypeInfo<T> TypeInfo<T>(this JsonSerializerOptions options) =>
        (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    /// <summary>What is wrong and where, without any value: the message's own words before the position.</summary>
    public static string Explain(this JsonException error)
    {
        var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return $"{(end < 0 ? error.Message : error.Message[..end])} at {error.Path ?? "$"}";
    }
}
