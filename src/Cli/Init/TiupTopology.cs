using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Cli.Init;

/// <summary>
/// Reads meta.yaml that tiup keeps of a cluster (~/.tiup/storage/cluster/clusters/NAME/meta.yaml). Pure.
/// </summary>
internal static class TiupTopology
{
    private const string Topology = "topology";

    private static readonly (string Section, DatabaseComponent Component, string Port, string? Status)[] Sections =
    [
        ("pd_servers", DatabaseComponent.PD, "client_port", null),
        ("tikv_servers", DatabaseComponent.TiKV, "port", "status_port"),
        ("pump_servers", DatabaseComponent.Pump, "port", null),
        ("tidb_servers", DatabaseComponent.TiDB, "port", "status_port"),
        ("drainer_servers", DatabaseComponent.Drainer, "port", null),
    ];

    // Data stays with a version that a rolling upgrade of the rest may not serve.
    private static readonly string[] Unsupported = ["tiflash_servers", "cdc_servers", "tiproxy_servers"];

    private static readonly string[] NotCovered =
    [
        "monitoring_servers", "grafana_servers", "alertmanager_servers", "tispark_masters", "tispark_workers",
    ];

    /// <summary>Reads a topology.</summary>
    /// <exception cref="ImportException">
    /// It is not one, has no PD, or has a component that is not supported.
    /// </exception>
    public static ImportedCluster Read(string text)
    {
        var root = Root(text);
        var topology = Child(root, Topology) as YamlMappingNode
            ?? throw new ImportException(
                "The file has no topology. Give ~/.tiup/storage/cluster/clusters/NAME/meta.yaml of the cluster.");
        if (Unsupported.FirstOrDefault(s => Entries(topology, s).Count > 0) is { } unsupported)
        {
            throw new ImportException(
                $"{Topology}.{unsupported} has entries, and this operator does not support that component. Upgrade "
                    + "this cluster with tiup.");
        }

        var instances = Sections.SelectMany(s => Entries(topology, s.Section).Select(
            entry => Instance(entry, s.Section, s.Component, s.Port, s.Status))).ToList();
        var global = Child(topology, "global") as YamlMappingNode;
        return instances.Exists(i => i.Component == DatabaseComponent.PD)
            ? new ImportedCluster
            {
                Version = Text(root, "tidb_version")?.TrimStart('v'),
                User = Text(root, "user") ?? (global is null ? null : Text(global, "user")),
                SshPort = global is not null && Port(global, "ssh_port", "global") is { } ssh and not 22 ? ssh : null,
                Instances = instances,
                Remarks =
                [
                    .. NotCovered.Where(s => Entries(topology, s).Count > 0).Select(
                        s => $"{s} is not part of the upgrade as it is imported. spec.tidb.monitoring and "
                            + "spec.tidb.tiSpark can name these services."),
                ],
            }
            : throw new ImportException($"{Topology}.pd_servers has no entry. Give the meta.yaml of a TiDB cluster.");
    }

    private static YamlMappingNode Root(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? root
                : throw new ImportException("The file is empty or not a YAML mapping. Give meta.yaml of the cluster.");
        }
        catch (YamlException problem)
        {
            throw new ImportException($"The file is not valid YAML: {problem.Message} Give meta.yaml of the cluster.");
        }
    }

    private static List<YamlMappingNode> Entries(YamlMappingNode topology, string section) =>
        Child(topology, section) is YamlSequenceNode list
            ? [.. list.Children.OfType<YamlMappingNode>()]
            : [];

    private static ImportedInstance Instance(
        YamlMappingNode entry, string section, DatabaseComponent component, string port, string? status)
    {
        var usual = new DatabaseInstance { Component = component };
        var pages = status is null ? null : Port(entry, status, section);
        return new ImportedInstance(
            component,
            Text(entry, "host")
                ?? throw new ImportException($"An entry of {Topology}.{section} has no host. Correct the file."),
            Port(entry, port, section) ?? DefaultPorts.Service(new(), usual),
            pages == DefaultPorts.Status(new(), usual) ? null : pages);
    }

    private static YamlNode? Child(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Text(YamlMappingNode node, string name) =>
        Child(node, name) is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;

    private static int? Port(YamlMappingNode node, string name, string section) => Text(node, name) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536 => port,
        var text => throw new ImportException(
            $"{name} in {Topology}.{section} is '{text}', expected a port (1 to 65535). Correct the file."),
    };
}
