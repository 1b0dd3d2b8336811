using System.Text.Json.Nodes;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>A change of parts of an object.</summary>
public sealed class KubernetesPatch
{
    private KubernetesPatch(string contentType, JsonNode body)
    {
        ContentType = contentType;
        Body = body;
    }

    /// <summary>Media type by which the server knows the kind of patch.</summary>
    public string ContentType { get; }

    /// <summary>The patch document.</summary>
    public JsonNode Body { get; }

    /// <summary>A JSON merge patch (RFC 7386): null removes, lists are replaced whole.</summary>
    public static KubernetesPatch Merge(JsonObject body) => new("application/merge-patch+json", body);

    /// <summary>A JSON patch (RFC 6902): a list of operations, <c>test</c> among them.</summary>
    public static KubernetesPatch Json(JsonArray operations) => new("application/json-patch+json", operations);
}
