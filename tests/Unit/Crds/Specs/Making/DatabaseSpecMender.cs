using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Crds.Entities;
using Drydock.Crds.Common;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>Makes the rules between fields of a DatabaseRollingUpgrade hold.</summary>
/// <param name="random">Chance.</param>
/// <param name="mendStorage">Mends the field storage of an object.</param>
internal sealed class DatabaseSpecMender(Random random, Action<JsonObject> mendStorage)
{
    private const int FirstPort = 20000;

    private static readonly (string From, string To)[] TiDbWays =
    [
        ("2.1.19", "3.0.9"), ("v2.0.11", "v3.0.20"), ("2.1.2-ga", "3.0.1"), ("3.0.2", "3.0.9"), ("1.0.5", "3.0.9"),
        ("2.1.19", "4.0.0"), ("3.0.9", "2.1.19")
    ];

    private static readonly (string From, string To)[] YugabyteWays =
        [
            ("2.18.4.0-b52", "2.20.7.0-b58"), ("2.20.3", "2024.1.2"), ("2.4.1", "2.6.2"), ("2.6.0", "2.18.0"),
            ("2.17.1", "2.19.0"), ("2.18.4", "2.19.1"), ("2.20.7", "2.18.4")
        ];

    /// <summary>Mends a spec.</summary>
    public void Mend(JsonObject spec)
    {
        var isTiDb = spec["engine"]!.GetValue<string>() == "TiDB";
        if (random.Next(12) > 0)
        {
            var ways = isTiDb ? TiDbWays : YugabyteWays;
            (spec["fromVersion"], spec["toVersion"]) = ways[random.Next(ways.Length)];
        }

        if (spec["window"] is JsonObject window)
        {
            (window["start"], window["end"]) = ("22:00", "04:00");
        }

        spec.Remove(isTiDb ? "yugabyte" : "tidb");
        if (isTiDb)
        {
            spec.Remove("toolHost");
            spec["tls"]?.AsObject().Remove("certsDirName");
            spec["tls"]?.AsObject().Remove("clientNodeName");
            spec["tls"]?.AsObject().Remove("web");
            spec["package"]!.AsObject().Remove("extensions");
        }

        MendTls(spec);
        MendInstances(spec, isTiDb ? ["PD", "TiKV", "TiDB", "Pump", "Drainer"] : ["Master", "Tserver"]);
        MendPackage(spec["package"]!.AsObject());
        if (isTiDb)
        {
            MendTiDb(spec);
        }

        MendAccess(spec);
    }

    // Each interface once, and no certificate without its directory.
    private static void MendTls(JsonObject spec)
    {
        if (spec["tls"] is not JsonObject tls)
        {
            return;
        }

        if (tls["secretRef"] is not null)
        {
            tls.Remove("web");
        }

        if (tls["certsDirName"] is null)
        {
            tls.Remove("clientNodeName");
        }

        if (tls["secretRef"] is null && tls["web"] is null && tls["certsDirName"] is null)
        {
            spec.Remove("tls");
        }
    }

    // One way only, and where that is Docker one container for each host, as many as the schema accepts.
    private void MendAccess(JsonObject spec)
    {
        var access = spec["access"]!.AsObject();
        if (access["docker"] is not JsonObject docker || (access["ssh"] is not null && random.Next(2) == 0))
        {
            access.Remove("docker");
            access["ssh"] ??= new JsonObject
            {
                ["user"] = "tidb",
                ["keySecretRef"] = new JsonObject { ["name"] = "ssh" },
                ["knownHostsSecretRef"] = new JsonObject { ["name"] = "ssh" }
            };
            if (access["ssh"]!["becomeFor"]?.GetValue<string>() == "Units")
            {
                access["ssh"]!["become"] = "Sudo";
            }

            if (access["ssh"]!["hosts"] is JsonArray { Count: > 0 })
            {
                access["ssh"]!["hosts"] = new JsonArray(new JsonObject
                {
                    ["host"] = spec["instances"]![0]!["host"]!.GetValue<string>(),
                    ["address"] = "192.0.2.77"
                });
            }

            return;
        }

        access.Remove("ssh");
        foreach (var word in new[] { "tlsSecretRef", "sshSecretRef", "insecure", "engineBecome", "jump" })
        {
            docker.Remove(word);
        }

        string[] hosts =
        [
            .. new[] { spec["instances"], spec["tidb"]?["monitoring"] }.OfType<JsonArray>().SelectMany(list => list)
                .SelectMany(named => named!["host"] is { } host ? [host] : named["hosts"]!.AsArray().OfType<JsonNode>())
                .Select(host => host.GetValue<string>()),
            .. (spec["tidb"]?["tiSpark"]?["hosts"]?.AsArray() ?? []).Select(host => host!.GetValue<string>()),
            .. spec["toolHost"] is { } tools ? [tools.GetValue<string>()] : Array.Empty<string>(),
        ];
        var scheme = new[] { "tcp", "ssh", "unix" }[random.Next(3)];
        docker["hosts"] = new JsonArray([.. hosts.Distinct(StringComparer.Ordinal).Take(SchemaLimits.Instances)
            .Select((host, i) => (JsonNode)new JsonObject
            {
                ["host"] = host,
                ["endpoint"] = scheme switch
                {
                    "tcp" => "tcp://192.0.2.1:2376",
                    "ssh" => "ssh://root@192.0.2.1",
                    _ => "unix:///run/docker.sock"
                },
                ["container"] = string.Create(CultureInfo.InvariantCulture, $"db-{i}"),
            })]);
        if (scheme == "tcp" && random.Next(3) == 0)
        {
            docker["insecure"] = true;
        }
        else if (scheme != "unix")
        {
            docker[scheme == "tcp" ? "tlsSecretRef" : "sshSecretRef"] = new JsonObject { ["name"] = "engines" };
        }

        if (scheme == "ssh" && random.Next(2) == 0)
        {
            docker["engineBecome"] = "Sudo";
            docker["jump"] = new JsonObject { ["host"] = "bastion.example", ["user"] = "ops" };
        }
    }

    private void MendInstances(JsonObject spec, string[] components)
    {
        var isTiDb = spec["engine"]!.GetValue<string>() == "TiDB";
        // What is found is not known here.
        spec.Remove("discoverFrom");
        foreach (var shared in (spec["processes"]?.AsArray() ?? []).Append(spec["instanceDefaults"])
            .OfType<JsonObject>())
        {
            if (shared["control"] is JsonObject control)
            {
                MendControl(control);
                MendSwap(control, isTiDb);
            }
            else
            {
                shared["deployDir"] ??= "/data/deploy";
            }
        }

        var instances = spec["instances"] as JsonArray ?? [];
        spec["instances"] ??= instances;
        while (instances.Count < 3)
        {
            instances.Add(new JsonObject
            {
                ["name"] = $"more-{instances.Count.ToString(CultureInfo.InvariantCulture)}",
                ["host"] = "192.0.2.77"
            });
        }

        var known = (spec["processes"]?.AsArray() ?? []).Where(c => c!["control"] is not null)
            .Select(c => c!["component"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        var port = FirstPort;
        foreach (var instance in instances)
        {
            instance!["deployDir"] ??= "/data/deploy";
            instance["component"] = components[random.Next(components.Length)];
            instance["port"] = port++;
            if (!isTiDb)
            {
                instance.AsObject().Remove("configFile");
            }

            if (instance["control"] is null && !known.Contains(instance["component"]!.GetValue<string>()))
            {
                instance["control"] = new JsonObject();
            }

            if (instance["control"] is JsonObject control)
            {
                MendControl(control);
                MendSwap(control, isTiDb);
            }
        }

        if (spec["removedInstances"] is not null)
        {
            spec["removedInstances"] = new JsonArray(
                spec["instances"]!.AsArray().Select(i => i!["name"]!.DeepClone()).Take(1).ToArray());
        }

        foreach (var (added, i) in (spec["addedInstances"]?.AsArray() ?? []).Select((added, i) => (added, i)))
        {
            added!["name"] = string.Create(CultureInfo.InvariantCulture, $"joined-later-{i}");
        }
    }

    private static void MendSwap(JsonObject control, bool isTiDb)
    {
        if (control["link"] is not null)
        {
            control["swap"] = "SwitchLink";
        }
        else if (!isTiDb && control["swap"]?.GetValue<string>() == "ReplaceBinary")
        {
            control.Remove("swap");
        }
    }

    private void MendControl(JsonObject control)
    {
        string[] kinds = ["systemd", "supervise", "scripts", "process"];
        var stays = kinds.Where(kind => control[kind] is not null).OrderBy(_ => random.Next()).FirstOrDefault();
        foreach (var other in kinds.Where(kind => kind != stays))
        {
            control.Remove(other);
        }

        if (stays is null)
        {
            control["systemd"] = new JsonObject();
        }
    }

    private void MendPackage(JsonObject package)
    {
        foreach (var archive in package["archives"]?.AsArray() ?? [])
        {
            if (archive!["hostPath"] is not null)
            {
                archive.AsObject().Remove("storage");
                archive.AsObject().Remove("path");
                continue;
            }

            archive["storage"] ??= new JsonObject();
            archive["path"] = "package.tar.gz";
            mendStorage(archive.AsObject());
        }

        if (package["postInstall"] is not null)
        {
            package["postInstall"] = random.Next(2) == 0 ? "" : "bin/post_install.sh";
        }
    }

    private void MendTiDb(JsonObject spec)
    {
        spec["tidb"] ??= new JsonObject();
        spec["tidb"]!["backup"] ??= new JsonObject();
        var backup = spec["tidb"]!["backup"]!.AsObject();
        if (random.Next(3) == 0)
        {
            spec["tidb"]!.AsObject().Remove("backup");
            spec["preflight"] = new JsonObject { ["acknowledge"] = new JsonArray("NoBackup") };
        }
        else
        {
            (spec["preflight"] as JsonObject)?.Remove("acknowledge");
            backup["databases"] = new JsonArray("orders");
            backup["storage"] ??= new JsonObject();
            mendStorage(backup);
        }

        foreach (var service in spec["tidb"]!["monitoring"]?.AsArray() ?? [])
        {
            MendControl(service!["control"]!.AsObject());
            service["control"]!.AsObject().Remove("swap");
            service["control"]!.AsObject().Remove("link");
            if (service["hosts"] is JsonArray { Count: > 0 } && random.Next(2) == 0)
            {
                service.AsObject().Remove("host");
            }
            else
            {
                service.AsObject().Remove("hosts");
                service["host"] ??= "192.0.2.9";
            }
        }

        if (spec["tidb"]!["dashboards"] is JsonObject dashboards)
        {
            if (spec["access"]!["ssh"] is not null
                && spec["tidb"]!["monitoring"]?.AsArray().FirstOrDefault(s => s!["host"] is not null) is { } grafana)
            {
                dashboards["service"] = grafana["name"]!.DeepClone();
            }
            else
            {
                spec["tidb"]!.AsObject().Remove("dashboards");
            }
        }
    }
}
