using Drydock.Clients.Kubernetes.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>
/// One or more kubeconfig files, merged as kubectl does: for every name the first file that has it wins.
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
            throw new KubernetesConfigurationException($"No kubeconfig at {string.Join(", ", paths)}: set KUBECONFIG or name a file.");
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
            : throw new KubernetesConfigurationException($"The kubeconfig {Source} has no entry '{name}' in {list}; it has: {string.Join(", ", Names(list))}.");

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
            throw new KubernetesConfigurationException($"The kubeconfig {path} is not YAML at line {e.Start.Line}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"The kubeconfig {path} cannot be read: {e.Message}", e);
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
                    _entries.TryAdd((list, name), item.Child(key, $"{list}[{name}]") ?? new KubeConfigEntry(new YamlMappingNode(), path, $"{list}[{name}]"));
                }
            }
        }
    }
}
