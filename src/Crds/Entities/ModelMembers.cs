namespace Drydock.Crds.Entities;

/// <summary>Reads models of the package, whose members are null if the JSON has none.</summary>
public static class ModelMembers
{
    extension(V1ObjectMeta metadata)
    {
        /// <summary>Namespace; null for cluster-scoped objects.</summary>
        public string? Namespace
        {
            get => metadata.NamespaceProperty;
            set => metadata.NamespaceProperty = value;
        }

        /// <summary>When the server accepted the object.</summary>
        public DateTimeOffset? CreatedAt =>
            metadata.CreationTimestamp is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null;

        public string? Label(string key) => ValueOf(metadata.Labels, key);

        public string? Annotation(string key) => ValueOf(metadata.Annotations, key);
    }

    extension(V1Secret secret)
    {
        /// <summary>The data; empty if there is none.</summary>
        public IReadOnlyDictionary<string, byte[]> Values =>
            secret.Data?.AsReadOnly() ?? ReadOnlyDictionary<string, byte[]>.Empty;
    }

    private static string? ValueOf(IDictionary<string, string>? map, string key) =>
        map is not null && map.TryGetValue(key, out var value) ? value : null;
}
