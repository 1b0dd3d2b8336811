using System.Globalization;
using System.Text.Json.Nodes;

namespace Drydock.Tests.Unit.Crds.Specs.Making;

/// <summary>
/// Makes the rules between fields hold, which chance alone seldom does: most made specs are to get as far as a plan.
/// </summary>
internal sealed class SpecMender(Random random)
{
    private static readonly (string Edition, string From, string To)[] Ways =
    [
        ("Enterprise", "3.2.1", "4.2.2"), ("Enterprise", "3.2.2-bp2", "4.2.2-bp1"), ("Enterprise", "3.3.1", "4.2.2"),
        ("Enterprise", "3.4.0", "4.2.2"),
        ("Enterprise", "4.0.1", "4.2.2"), ("Enterprise", "4.1.0", "4.2.2"), ("Community", "3.3.0", "3.3.1"),
        ("Community", "3.3.1-ce", "4.0.0-ce"),
        ("Enterprise", "3.1.0", "4.2.2"), ("Community", "4.1.0", "4.1.1"), ("Community", "4.1.0", "4.2.3"),
        ("Community", "4.2.8", "4.2.9"), ("Enterprise", "4.2.2", "3.2.2"), ("Enterprise", "3.2.2-ce", "4.2.2"),
    ];

    /// <summary>Mends a spec of a kind.</summary>
    public void Mend(string kind, JsonObject spec)
    {
        switch (kind)
        {
            case "OmsUpgrade":
                MendUpgrade(spec);
                break;
            case "DatabaseRollingUpgrade":
                new DatabaseSpecMender(random, MendStorage).Mend(spec);
                break;
            case "BackupSnapshot":
                MendSnapshot(spec);
                break;
            default:
                MendRestore(spec);
                break;
        }
    }

    private void MendUpgrade(JsonObject spec)
    {
        var (edition, from, to) = Ways[random.Next(Ways.Length)];
        if (random.Next(12) > 0)
        {
            (spec["edition"], spec["fromVersion"], spec["toVersion"]) = (edition, from, to);
        }

        if (spec["currentContainer"]?.GetValue<string>() is { } current
            && current == spec["newContainer"]?.GetValue<string>())
        {
            spec["newContainer"] = "other";
        }

        if (spec["window"] is JsonObject window)
        {
            (window["start"], window["end"]) = ("22:00", "04:00");
        }

        MendArchive(spec);
        MendFile(spec["correction"]?["archive"] as JsonObject);
        MendContainer(spec);
        if (spec["backup"] is JsonObject backup)
        {
            MendStorage(backup);
            MendEncryption(backup);
        }

        MendNodes(spec);
    }

    private void MendSnapshot(JsonObject spec)
    {
        MendStorage(spec);
        MendEncryption(spec);
        MendPath(spec, "pathPrefix");
    }

    private void MendRestore(JsonObject spec)
    {
        spec.Remove(random.Next(2) == 0 || spec["files"] is null ? "files" : "snapshotRef");
        if (spec["files"] is JsonObject files)
        {
            MendStorage(files);
            MendPath(files, "path");
            spec["target"] ??= new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } };
        }
        else
        {
            spec["snapshotRef"] ??= new JsonObject { ["name"] = "nightly" };
        }
    }

    // At most 32 nodes, each with a name and an address of its own; what is beyond goes.
    private void MendNodes(JsonObject spec)
    {
        var number = 0;
        if (spec["docker"] is not null)
        {
            spec["docker"] = Docker(random.Next(2) == 0 ? "{hostIP}" : "{name}");
        }

        // From one node and the way to it the others are found.
        var regions = spec["regions"]?.AsArray() ?? [];
        if (spec["discoverFrom"] is not null || regions.Count == 0)
        {
            spec["discoverFrom"] = "192.0.2.1";
            spec["docker"] ??= Docker("{hostIP}");
        }

        foreach (var region in regions)
        {
            var nodes = region!["nodes"]!.AsArray();
            while (nodes.Count > 1 && number + nodes.Count + regions.Count > 32)
            {
                nodes.RemoveAt(nodes.Count - 1);
            }

            foreach (var node in nodes)
            {
                number++;
                node!["name"] = string.Create(CultureInfo.InvariantCulture, $"n{number}");
                if (random.Next(8) > 0)
                {
                    node["hostIP"] = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{number}");
                }

                node.AsObject().Remove(random.Next(2) == 0 ? "currentContainer" : "newContainer");
                if (node["newContainer"] is not null || node["currentContainer"] is not null)
                {
                    node[node["newContainer"] is null ? "currentContainer" : "newContainer"] = "node-own";
                }

                node["docker"] = Docker("192.0.2.1");
                if (spec["docker"] is not null && random.Next(2) == 0)
                {
                    node.AsObject().Remove("docker");
                }

                MendArchive(node.AsObject(), spec);
                MendContainer(node.AsObject());
            }
        }
    }

    private JsonObject Docker(string host) => random.Next(5) switch
    {
        0 => new JsonObject { ["endpoint"] = $"tcp://{host}:2375", ["insecure"] = true },
        1 => new JsonObject
        {
            ["endpoint"] = $"ssh://admin@{host}",
            ["sshSecretRef"] = new JsonObject { ["name"] = "ssh" }
        },
        2 => new JsonObject { ["endpoint"] = $"unix:///run/{host}/docker.sock" },
        3 => new JsonObject
        {
            ["endpoint"] = $"ssh://admin@{host}/run/docker.sock",
            ["sshSecretRef"] = new JsonObject { ["name"] = "ssh" },
            ["become"] = "Sudo",
            ["jump"] = new JsonObject { ["host"] = "bastion.example", ["user"] = "ops" },
        },
        _ => new JsonObject
        {
            ["endpoint"] = $"tcp://{host}:2376",
            ["tlsSecretRef"] = new JsonObject { ["name"] = "tls" }
        },
    };

    // No archive has an image that is named by a digest.
    private void MendArchive(JsonObject owner, JsonObject? spec = null)
    {
        if ((owner["image"] ?? spec?["image"])?.GetValue<string>().Contains('@') is true
            && (owner["imageArchive"] ?? spec?["imageArchive"]) is not null)
        {
            owner["image"] = "oms:4.2.2";
        }

        MendFile(owner["imageArchive"] as JsonObject);
    }

    private void MendFile(JsonObject? archive)
    {
        if (archive is null)
        {
            return;
        }

        if (archive["hostPath"] is not null && random.Next(2) == 0)
        {
            archive.Remove("storage");
            archive.Remove("path");
            return;
        }

        archive.Remove("hostPath");
        archive["storage"] ??= new JsonObject();
        archive["path"] ??= "oms.tar";
        MendPath(archive, "path");
        MendStorage(archive);
    }

    private void MendContainer(JsonObject owner)
    {
        if (owner["container"] is not JsonObject container)
        {
            return;
        }

        Each("env", variable =>
        {
            variable.Remove(variable["value"] is null && variable["valueFrom"] is not null ? "value" : "valueFrom");
            if (variable["value"] is null && variable["valueFrom"] is null)
            {
                variable["value"] = "made";
            }
        });
        Each("ulimits", limit => (limit["soft"], limit["hard"]) = (65535 + random.Next(9), -1));
        Texts("labels", (_, i) => $"made{i}=1");
        if (random.Next(12) == 0)
        {
            return;
        }

        // The shortest of the timeouts a made spec may have.
        container.Remove("stopGrace");
        Texts("extraHosts", (host, i) => $"{host.Split(':')[0]}:192.0.2.{i + 1}");
        Texts("binds", (_, i) => $"/data/made{i}:/opt/made{i}:ro");
        if (container["logConfig"] is JsonObject log && log["options"] is JsonArray options)
        {
            log["options"] = new JsonArray([.. options.Select((_, i) => (JsonNode)$"made{i}=1")]);
        }

        void Each(string list, Action<JsonObject> mend)
        {
            foreach (var item in container[list]?.AsArray() ?? [])
            {
                mend(item!.AsObject());
            }
        }

        void Texts(string list, Func<string, int, string> mend)
        {
            if (container[list] is JsonArray texts)
            {
                container[list] = new JsonArray(
                    [.. texts.Select((text, i) => (JsonNode)mend(text!.GetValue<string>(), i))]);
            }
        }
    }

    private void MendStorage(JsonObject owner)
    {
        if (owner["storage"] is not JsonObject storage)
        {
            return;
        }

        if (storage["s3"] is JsonObject s3 && random.Next(3) > 0)
        {
            storage.Remove("directory");
            s3["insecure"] = s3["endpoint"]!.GetValue<string>().StartsWith("http://", StringComparison.Ordinal);
            MendPath(s3, "prefix");
            return;
        }

        storage.Remove("s3");
        storage["directory"] ??= new JsonObject { ["path"] = "/var/lib/drydock" };
        MendPath(storage["directory"]!.AsObject(), "path");
    }

    private static void MendEncryption(JsonObject owner)
    {
        if (owner["encryption"] is not null)
        {
            owner["ageIdentitySecretRef"] ??= new JsonObject { ["name"] = "age" };
        }
    }

    private static void MendPath(JsonObject owner, string field)
    {
        if (owner[field]?.GetValue<string>() is { } path && path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            owner[field] = path.StartsWith('/') ? "/mended" : "mended";
        }
    }
}
