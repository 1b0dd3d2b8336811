using System.Globalization;
using System.Text.RegularExpressions;
using Drydock.Crds.DatabaseRollingUpgrades;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Drydock.Cli.Init;

/// <summary>
/// Reads inventory.ini of tidb-ansible: groups of hosts, variables of a host on its line, [GROUP:vars] and [all:vars],
/// and the defaults of group_vars (docs/research/tidb.md#tidb-ansible). Pure.
/// </summary>
internal static partial class AnsibleInventory
{
    private const string All = "all";

    private static readonly (string Group, DatabaseComponent Component, string Port, string? Status)[] Groups =
    [
        ("pd_servers", DatabaseComponent.PD, "pd_client_port", null),
        ("tikv_servers", DatabaseComponent.TiKV, "tikv_port", "tikv_status_port"),
        ("pump_servers", DatabaseComponent.Pump, "pump_port", null),
        ("tidb_servers", DatabaseComponent.TiDB, "tidb_port", "tidb_status_port"),
        ("drainer_servers", DatabaseComponent.Drainer, "drainer_port", null),
    ];

    private static readonly string[] NotCovered =
    [
        "monitoring_servers", "grafana_servers", "monitored_servers", "alertmanager_servers", "kafka_exporter_servers",
        "spark_master", "spark_slaves", "lightning_server", "importer_server",
    ];

    /// <summary>Reads an inventory.</summary>
    /// <param name="text">The content of inventory.ini.</param>
    /// <param name="groupVars">The contents of files of group_vars, by group (all, tikv_servers).</param>
    /// <exception cref="ImportException">It has no PD, or a line or a value that cannot be read.</exception>
    public static ImportedCluster Read(string text, IReadOnlyDictionary<string, string>? groupVars = null)
    {
        var hosts = new Dictionary<string, List<Dictionary<string, string>>>(StringComparer.Ordinal);
        var variables = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (group, content) in groupVars ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            variables[group] = Defaults(group, content);
        }

        var (section, number) = ("", 0);
        var unread = new HashSet<string>(StringComparer.Ordinal);
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            if (line[0] == '[' && line.IndexOf(']', StringComparison.Ordinal) is var end and > 1)
            {
                section = line[1..end];
            }
            else if (section.EndsWith(":vars", StringComparison.Ordinal))
            {
                var (name, value) = Assignment(line)
                    ?? throw new ImportException(
                        $"Line {number} of the inventory is '{line}', expected NAME = VALUE in [{section}]. "
                            + "Correct it.");
                var group = section[..^":vars".Length];
                (variables.TryGetValue(group, out var known)
                    ? known
                    : variables[group] = new(StringComparer.Ordinal))[name] = value;
            }
            else if (!section.Contains(':', StringComparison.Ordinal))
            {
                if (!hosts.TryGetValue(section, out var list))
                {
                    hosts[section] = list = [];
                }

                list.AddRange(Hosts(line));
            }
            else if (Groups.Any(g => section == $"{g.Group}:children"))
            {
                unread.Add(section);
            }
        }

        return Cluster(hosts, variables, unread);
    }

    private static ImportedCluster Cluster(
        Dictionary<string, List<Dictionary<string, string>>> hosts,
        Dictionary<string, Dictionary<string, string>> variables,
        IEnumerable<string> unread)
    {
        var instances = new List<ImportedInstance>();
        foreach (var (group, component, port, status) in Groups)
        {
            foreach (var host in hosts.GetValueOrDefault(group, []))
            {
                string? Value(string name) => host.GetValueOrDefault(name)
                    ?? variables.GetValueOrDefault(group)?.GetValueOrDefault(name)
                    ?? variables.GetValueOrDefault(All)?.GetValueOrDefault(name);
                var usual = new DatabaseInstance { Component = component };
                var (service, pages) = (
                    Port(Value(port), port) ?? DefaultPorts.Service(new(), usual),
                    status is null ? null : Port(Value(status), status));
                instances.Add(new ImportedInstance(
                    component,
                    Value("ansible_host") ?? host[""],
                    service,
                    pages == DefaultPorts.Status(new(), usual) ? null : pages));
            }
        }

        if (!instances.Exists(i => i.Component == DatabaseComponent.PD))
        {
            throw new ImportException(
                "The inventory has no host in [pd_servers]. Give the inventory.ini of the cluster's own tidb-ansible.");
        }

        var common = variables.GetValueOrDefault(All) ?? new(StringComparer.Ordinal);
        return new ImportedCluster
        {
            Name = common.GetValueOrDefault("cluster_name"),
            Version = common.GetValueOrDefault("tidb_version")?.TrimStart('v'),
            User = common.GetValueOrDefault("ansible_user"),
            SshPort = Port(common.GetValueOrDefault("ansible_port"), "ansible_port") is { } ssh and not 22 ? ssh : null,
            Instances = instances,
            Remarks =
            [
                .. NotCovered.Where(g => hosts.GetValueOrDefault(g, []).Count > 0).Select(
                    g => $"[{g}] is not part of the upgrade as it is imported. spec.tidb.monitoring and "
                        + "spec.tidb.tiSpark can name these services."),
                .. unread.Select(
                    s => $"[{s}] was not read: groups of groups are not supported. Preflight finds these hosts from "
                        + "PD; otherwise list them in spec.instances."),
            ],
        };
    }

    // HOST NAME=VALUE NAME="VALUE WITH BLANKS"; HOST may contain a range [1:3] or [a:c].
    private static IEnumerable<Dictionary<string, string>> Hosts(string line)
    {
        var words = Word().Matches(line.Split(" #")[0]).Select(m => m.Value).ToList();
        foreach (var name in Expand(words[0]))
        {
            var host = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = name };
            foreach (var word in words.Skip(1))
            {
                if (Assignment(word) is var (variable, value))
                {
                    host[variable] = value;
                }
            }

            yield return host;
        }
    }

    private static IEnumerable<string> Expand(string name)
    {
        if (HostRange().Match(name) is not { Success: true } range)
        {
            return [name];
        }

        return Between(range.Groups["from"].Value, range.Groups["to"].Value).SelectMany(n => Expand(
            $"{range.Groups["before"].Value}{n}{range.Groups["after"].Value}"));
    }

    // Numbers with the zeros of the first one, or single letters.
    private static IEnumerable<string> Between(string from, string to)
    {
        var isNumber = char.IsAsciiDigit(from[0]);
        var (first, last) = isNumber
            ? (int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture))
            : (from[0], to[0]);
        return Enumerable.Range(first, Math.Max(0, last - first + 1)).Select(n => isNumber
            ? n.ToString(CultureInfo.InvariantCulture).PadLeft(from.Length, '0')
            : $"{(char)n}");
    }

    private static (string Name, string Value)? Assignment(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? (text[..at].Trim(), text[(at + 1)..].Trim().Trim('"', '\''))
            : null;

    private static int? Port(string? text, string name) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new ImportException(
                $"{name} is '{text}', expected a port (1 to 65535). Correct it in the inventory.");

    private static Dictionary<string, string> Defaults(string group, string content)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(content));
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? root.Children.Where(c => c is { Key: YamlScalarNode, Value: YamlScalarNode { Value: { } value } }
                        && !value.Contains("{{", StringComparison.Ordinal))
                    .ToDictionary(
                        c => ((YamlScalarNode)c.Key).Value!,
                        c => ((YamlScalarNode)c.Value).Value!,
                        StringComparer.Ordinal)
                : new(StringComparer.Ordinal);
        }
        catch (YamlException problem)
        {
            throw new ImportException($"group_vars/{group} is not valid YAML: {problem.Message} Correct the file.");
        }
    }

    [GeneratedRegex("""(?:[^\s"']|"[^"]*"|'[^']*')+""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(?<before>.*?)\[(?:(?<from>[0-9]{1,6}):(?<to>[0-9]{1,6})|(?<from>[a-zA-Z]):(?<to>[a-zA-Z]))\](?<after>.*)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex HostRange();
}
