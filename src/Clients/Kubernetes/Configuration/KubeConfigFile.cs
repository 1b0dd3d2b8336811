using Drydock.Clients.Kubernetes.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>
/// One or more kubeconfig files, merged as kubectl does: for every name the first file that contains it wins.
/// </summary>
internal sealed class KubeConfigFile
{
    private readonly Dictionary<(string List, string Name), KubeConfigEntry> _entries = [];
    private readonly List<string> _paths;

    private KubeConfigFile(List<string> paths) => _paths = paths;

    public string? CurrentContext { get; private set; }

    public string Source => string.Join(", ", _paths);

    /// <summary>The files of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    public static List<string> DefaultPaths()
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(variable)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : [.. variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
    }

    public static KubeConfigFile Load(IReadOnlyList<string> paths)
    {
        var existing = paths.Where(File.Exists).ToList();
        if (existing.Count == 0)
        {
            throw new KubernetesConfigurationException(
                $"No kubeconfig at {string.Join(", ", paths)}: set KUBECONFIG or specify a file.");
        }

        var merged = new KubeConfigFile(existing);
        foreach (var path in existing)
        {
            merged.Add(path);
        }

        return merged;
    }

    /// <summary>
    /// The entry <paramref name="name"/> of the list <c>clusters</c>, <c>users</c> or <c>contexts</c>.
    /// </summary>
    public KubeConfigEntry Find(string list, string name) =>
        _entries.TryGetValue((list, name), out var entry)
            ? entry
            : throw new KubernetesConfigurationException(
                $"The kubeconfig {Source} has no entry '{name}' in {list}; it has: {string.Join(", ", Names(list))}.");

    public IEnumerable<string> Names(string list) => _entries.Keys.Where(k => k.List == list).Select(k => k.Name);

    private void Add(string path)
    {
        YamlMappingNode root;
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            root = yaml.Documents.Count > 0 && yaml.Documents[0].RootNode is YamlMappingNode mapping
                ? mapping
                : throw new KubernetesConfigurationException($"The kubeconfig {path} is empty or not a mapping.");
        }
        catch (YamlException e)
        {
            throw new KubernetesConfigurationException(
                $"The kubeconfig {path} is not valid YAML at line {e.Start.Line}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException(
                $"The kubeconfig {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }

        var file = new KubeConfigEntry(root, path, "");
        if (string.IsNullOrEmpty(CurrentContext))
        {
            CurrentContext = file.Text("current-context");
        }

        foreach (var (list, key) in new[] { ("clusters", "cluster"), ("users", "user"), ("contexts", "context") })
        {
            foreach (var item in file.Items(list))
            {
                if (item.Text("name") is { } name)
                {
                    _entries.TryAdd(
                        (list, name),
                        item.Child(key, $"{list}[{name}]")
                            ?? new KubeConfigEntry(new YamlMappingNode(), path, $"{list}[{name}]"));
                }
            }
        }
    }
}

/// <summary>A mapping in a kubeconfig with its position, for messages and relative paths.</summary>
internal sealed class KubeConfigEntry(YamlMappingNode node, string file, string place)
{
    public string Where(string field) => $"{file}: {(place.Length == 0 ? field : $"{place}.{field}")}";

    public string? Text(string field) => Node(field) switch
    {
        null => null,
        YamlScalarNode { Value: null or "" } => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a string."),
    };

    public bool Flag(string field) => Text(field) switch
    {
        null or "false" => false,
        "true" => true,
        var other =>
            throw new KubernetesConfigurationException($"{Where(field)} is '{other}'; expected true or false."),
    };

    /// <summary>A path; relative ones start at the directory of the kubeconfig.</summary>
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
            throw new KubernetesConfigurationException(
                $"{Where(field)}: the file {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    public KubeConfigEntry? Child(string field, string? newPlace = null) => Node(field) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" } => null,
        YamlMappingNode mapping =>
            new KubeConfigEntry(mapping, file, newPlace ?? (place.Length == 0 ? field : $"{place}.{field}")),
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a mapping."),
    };

    public IEnumerable<KubeConfigEntry> Items(string field) =>
        Sequence(field).Select((item, i) => item is YamlMappingNode mapping
        ? new KubeConfigEntry(mapping, file, $"{(place.Length == 0 ? field : $"{place}.{field}")}[{i}]")
        : throw new KubernetesConfigurationException($"{Where(field)}[{i}] must be a mapping."));

    public IEnumerable<string> Texts(string field) => Sequence(field).Select((item, i) => item is YamlScalarNode scalar
        ? scalar.Value ?? ""
        : throw new KubernetesConfigurationException($"{Where(field)}[{i}] must be a string."));

    private IEnumerable<YamlNode> Sequence(string field) => Node(field) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" } => [],
        YamlSequenceNode sequence => sequence.Children,
        _ => throw new KubernetesConfigurationException($"{Where(field)} must be a list."),
    };

    private YamlNode? Node(string field) =>
        node.Children.TryGetValue(new YamlScalarNode(field), out var value) ? value : null;
}
