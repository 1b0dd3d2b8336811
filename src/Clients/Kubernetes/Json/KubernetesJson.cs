namespace Drydock.Clients.Kubernetes.Json;

/// <summary>The JSON format of Kubernetes.</summary>
public static class KubernetesJson
{
    /// <summary>Options for a client: camelCase, nulls not written, RFC 3339 times, the core types, and the given
    /// source-generated contexts. Initial values of <c>init</c> properties survive (plain source-generated reading
    /// drops them) and a JSON null counts as absent.</summary>
    public static JsonSerializerOptions CreateOptions(params IJsonTypeInfoResolver[] contexts)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            TypeInfoResolver =
                new InitialValuesResolver(JsonTypeInfoResolver.Combine([.. contexts, CoreTypesContext.Default])),
        };
        options.Converters.Add(new KubernetesTimeConverter());
        options.MakeReadOnly();
        return options;
    }
}
