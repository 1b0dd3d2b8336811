using System.Collections.Concurrent;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>A namespace of a test's own on a real API server, the Widget resource, and a client.</summary>
internal sealed class KubeWorld : IDisposable
{
    public const string Crd = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.test.drydock.dev"},
         "spec":{"group":"test.drydock.dev","scope":"Namespaced","names":{"kind":"Widget","listKind":"WidgetList","plural":"widgets","singular":"widget"},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","properties":{"size":{"type":"integer","minimum":0,"maximum":100},"colour":{"type":"string"},"secret":{"type":"string"},"newer":{"type":"string"}}},
            "status":{"type":"object","properties":{"phase":{"type":"string"},"at":{"type":"string","format":"date-time"}}}}}}}]}}
        """;

    private static readonly ConcurrentDictionary<ControlPlane, Lazy<Task>> Prepared = new();

    private KubeWorld(ControlPlane plane, string ns)
    {
        Plane = plane;
        Namespace = ns;
        Client = ClientFor(plane.AdminKubeconfig);
    }

    public ControlPlane Plane { get; }

    public string Namespace { get; }

    public KubernetesClient Client { get; }

    public static async Task<KubeWorld> CreateAsync(ControlPlane plane)
    {
        await Prepared.GetOrAdd(plane, p => new Lazy<Task>(() => PrepareAsync(p))).Value;
        var ns = LabFixture.UniqueName("kube");
        await plane.KubectlAsync(["create", "namespace", ns]);
        return new KubeWorld(plane, ns);
    }

    public static KubernetesClient ClientFor(string kubeconfig, KubernetesClientOptions? options = null) =>
        new(
            KubeConfig.BuildConfigFromConfigFile(kubeconfig), KubernetesJson.CreateOptions(WidgetContext.Default),
            options);

    public Widget Widget(string name, WidgetSpec? spec = null) =>
        new() { Metadata = new() { Name = name, Namespace = Namespace }, Spec = spec ?? new() };

    public Task<string> KubectlAsync(params string[] arguments) => Plane.KubectlAsync(["-n", Namespace, .. arguments]);

    public void Dispose() => Client.Dispose();

    private static async Task PrepareAsync(ControlPlane plane)
    {
        await plane.KubectlAsync(["apply", "-f", "-"], Crd);
        await plane.WaitForCrdsAsync(["widgets.test.drydock.dev"]);
    }
}
