using Drydock.Clients.Kubernetes.Errors;
using YamlDotNet.RepresentationModel;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A mapping in a kubeconfig that knows where it stands, for messages and for relative paths.</summary>
internal sealed class KubeConfigEntry(YamlMappingNode node, string file, string place)
{
    public string Where(string field) => $"{file}: {(place.Length == 0 ? field : $"{place}.{field}")}";

    public string? Text(string field) => Node(field) switch
    {
        null => null,
        YamlScalarNode { Value: null or "" } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a text."),
    };

    public bool Flag(string field) => Text(field) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new KubernetesConfigurationException($"{Where(field)} is '{other}'; expected true or false."),
    };

    /// <summary>A path, taken from the directory of the kubeconfig if it is relative.</summary>
    public string? FilePath(string field) =>
        Text(field) is { } path ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path) : null;

    /// <summary>
    /// PEM text from <c>field-data</c> (base64, wins as with kubectl) or from the file named by <c>field</c>.
    /// </summary>
    public string? PemOf(string field)
    {
        if (Text($"{field}-data") is { } data)
        {
            var bytes = new byte[data.Length];
            return Convert.TryFromBase64String(data, bytes, out var length)
                ? System.Text.Encoding.UTF8.GetString(bytes, 0, length)
                : throw new KubernetesConfigurationException($"{Where($"{field}-data")} is not base64.");
        }

        if (FilePath(field) is not { } path)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"{Where(field)}: the file {path} cannot be read: {e.Message}", e);
        }
    }

    public KubeConfigEntry? Child(string field, string? newPlace = null) => Node(field) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" } => null,
        YamlMappingNode mapping => new KubeConfigEntry(mapping, file, newPlace ?? (place.Length == 0 ? field : $"{place}.{field}")),
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a mapping."),
    };

    public IEnumerable<KubeConfigEntry> Items(string field) => Sequence(field).Select((item, i) => item is YamlMappingNode mapping
        ? new KubeConfigEntry(mapping, file, $"{(place.Length == 0 ? field : $"{place}.{field}")}[{i}]")
        : throw new KubernetesConfigurationException($"{Where(field)}[{i}] must be a mapping."));

    public IEnumerable<string> Texts(string field) => Sequence(field).Select((item, i) => item is YamlScalarNode scalar
        ? scalar.Value ?? ""
        : throw new KubernetesConfigurationException($"{Where(field)}[{i}] must be a text."));

    private IEnumerable<YamlNode> Sequence(string field) => Node(field) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" } => [],
        YamlSequenceNode sequence => sequence.Children,
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a list."),
    };

    private YamlNode? Node(string field) =>
        node.Children.TryGetValue(new YamlScalarNode(field), out var value) ? value : null;
}
