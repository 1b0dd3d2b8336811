namespace Drydock.Lab.Upgrades;

/// <summary>The OmsUpgrade of a stage's road, as a user would write it.</summary>
internal static class UpgradeManifest
{
    /// <summary>Name of the Secret for the console's API.</summary>
    public const string ApiSecret = "oms-api";

    /// <summary>Name of the Secret for a MetaDB with TLS.</summary>
    private const string DatabaseSecret = "oms-metadb-tls";

    /// <summary>Name of the Secret for the registry.</summary>
    public const string PullSecret = "oms-registry";

    public static JsonObject Write(UpgradeStage stage, string space, string name)
    {
        var (road, oms) = (stage.Road, stage.Oms);
        var spec = new JsonObject
        {
            ["edition"] = road.IsCommunity ? "Community" : "Enterprise",
            ["fromVersion"] = oms.From.ImageVersion,
            ["toVersion"] = oms.To.ImageVersion,
            ["image"] = road.ImageSource == ImageSource.Registry ? stage.Registry.NameOf(oms.To) : oms.To.Tag,
            ["currentContainer"] = oms.Options.OldContainer,
            ["approval"] = "Automatic",
            ["holdBefore"] = new JsonArray(),
            ["newContainer"] = road.NewContainer,
            ["regions"] = Regions(stage),
            ["highAvailability"] = new JsonObject { ["method"] = "Sql" },
            ["preflight"] = Preflight(road),
            ["backup"] = new JsonObject { ["storage"] = stage.Storage() },
        };
        if (Archive(road, oms) is { } archive)
        {
            spec["imageArchive"] = archive;
        }

        if (road.ImageSource == ImageSource.Registry)
        {
            spec["imagePullSecretRef"] = new JsonObject { ["name"] = PullSecret };
        }

        if (road.HttpsInSpec)
        {
            spec["https"] = new JsonObject
            {
                ["certificateHostPath"] = oms.Nodes[0].Certificate,
                ["keyHostPath"] = oms.Nodes[0].Key
            };
        }

        if (stage.Faults is { } faults)
        {
            spec["metadataDatabase"] =
                new JsonObject { ["host"] = faults.MetaDb.Address, ["port"] = faults.MetaDb.Port };
        }

        if (stage.MetaDb.OffersTls)
        {
            spec["metadataDatabase"] = new JsonObject
            {
                ["credentialsSecretRef"] = new JsonObject { ["name"] = DatabaseSecret },
                ["tls"] = new JsonObject { ["mode"] = "VerifyIdentity" },
            };

            // MariaDB's mysqldump writes what MySQL does not load; preflight says so.
            spec["backup"]!["tool"] = "MyDumper";
        }

        return new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "OmsUpgrade",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["spec"] = spec,
        };
    }

    /// <summary>The Secrets besides those of the hosts.</summary>
    public static IEnumerable<StageSecret> Secrets(UpgradeStage stage)
    {
        if (stage.Road.ApiCredentials)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["username"] = OmsScenario.ApiUser,
                ["password"] = OmsCanaries.ApiPassword
            };
            if (stage.Road.Https || stage.Road.HttpsInSpec)
            {
                values["ca.crt"] = File.ReadAllText(stage.Oms.Nodes[0].Certificate);
            }

            yield return new StageSecret(ApiSecret, "Opaque", values);
        }

        if (stage.MetaDb.OffersTls)
        {
            yield return StageSecret.Opaque(
                DatabaseSecret,
                ("username", OmsScenario.MetaUser),
                ("password", OmsCanaries.MetaPassword),
                ("ca.crt", File.ReadAllText(stage.MetaDb.AuthorityPath)));
        }

        if (stage.Road.SnapshotsInS3)
        {
            yield return stage.S3.Keys;
        }

        if (stage.Road.ImageSource == ImageSource.Registry)
        {
            yield return new StageSecret(PullSecret, "kubernetes.io/dockerconfigjson", new Dictionary<string, string>(
                StringComparer.Ordinal)
            {
                [".dockerconfigjson"] = stage.Registry.DockerConfigJson
            });
        }
    }

    // A single region has the name of an installation without regions. Several regions have the names in cm_region.
    private static JsonArray Regions(UpgradeStage stage)
    {
        var index = 0;
        return new JsonArray([.. stage.Oms.Regions.Select(region => (JsonNode)new JsonObject
        {
            ["name"] = stage.Oms.Regions.Count == 1 ? "default" : region.Name,
            ["nodes"] = new JsonArray([.. region.Hosts.Select(_ => (JsonNode)Node(stage, index++))]),
        })]);
    }

    private static JsonObject Node(UpgradeStage stage, int i)
    {
        var host = stage.Hosts[i];
        return new JsonObject
        {
            ["name"] = host.Name,
            ["hostIP"] = host.Address,
            ["docker"] = new JsonObject
            {
                ["endpoint"] = stage.Faults?.DockerEndpoint(i) ?? host.Endpoint,
                ["tlsSecretRef"] = new JsonObject { ["name"] = $"docker-tls-{host.Name}" }
            },
        };
    }

    private static JsonObject Preflight(UpgradeRoad road)
    {
        var preflight =
            new JsonObject { ["acknowledge"] = new JsonArray("ForwardSwitchoverUnknown", "SyncProjectsWithoutDbType") };
        if (road.ApiCredentials)
        {
            preflight["apiCredentialsSecretRef"] = new JsonObject { ["name"] = ApiSecret };
        }

        return preflight;
    }

    private static JsonObject? Archive(UpgradeRoad road, OmsScenario oms)
    {
        // A scenario may also ask only for the image's absence; the image then comes from the storage.
        if (road.ImageSource == ImageSource.Registry || oms.Options.NewImagePresent)
        {
            return null;
        }

        var path = oms.To.ArchiveGz ?? oms.To.Archive;
        var archive = road.ImageSource == ImageSource.HostArchive
            ? new JsonObject { ["hostPath"] = path }
            : new JsonObject
            {
                ["storage"] =
                    new JsonObject { ["directory"] = new JsonObject { ["path"] = Path.GetDirectoryName(path) } },
                ["path"] = Path.GetFileName(path),
            };
        if (oms.To.ArchiveGzSha256 is { } sum)
        {
            archive["sha256"] = sum;
        }

        return archive;
    }
}
