using k8s.KubeConfigModels;
using YamlDotNet.Serialization;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A kubeconfig: the models of the package, with the fields that they lack.</summary>
internal sealed class KubeConfigFile
{
    [YamlIgnore]
    public string FileName { get; set; } = "";

    [YamlMember(Alias = "current-context")]
    public string? CurrentContext { get; set; }

    [YamlMember(Alias = "clusters")]
    public List<ClusterEntry>? Clusters { get; set; }

    [YamlMember(Alias = "users")]
    public List<UserEntry>? Users { get; set; }

    [YamlMember(Alias = "contexts")]
    public List<Context>? Contexts { get; set; }

    internal sealed class ClusterEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "cluster")]
        public ProxiedEndpoint? Cluster { get; set; }
    }

    internal sealed class UserEntry
    {
        [YamlMember(Alias = "name")]
        public string? Name { get; set; }

        [YamlMember(Alias = "user")]
        public FileCredentials? User { get; set; }
    }

    internal sealed class ProxiedEndpoint : ClusterEndpoint
    {
        [YamlMember(Alias = "proxy-url")]
        public string? ProxyUrl { get; set; }
    }

    internal sealed class FileCredentials : UserCredentials
    {
        [YamlMember(Alias = "tokenFile")]
        public string? TokenFile { get; set; }
    }
}
