using static Drydock.Tests.Unit.Crds.Specs.Sweep.Upgrades;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>How targets are reached, and how long they may take.</summary>
internal static class UpgradeAccessFields
{
    private const string Prefix = "timeouts.";

    public static IEnumerable<FieldProof> All { get; } =
    [
        Plans(
            "regions[].nodes[].docker.endpoint", spec => spec.Node()["docker"]!["endpoint"] = "tcp://192.0.2.99:2376"),
        FieldProof.RefusedBySchema(
            OmsUpgrade.KindName, "regions[].nodes[].docker.insecure", "regions[].nodes[].docker", "!self.insecure"),
        Plans("regions[].nodes[].docker.tlsSecretRef.name", spec =>
            spec.Node()["docker"]!["tlsSecretRef"]!["name"] = "other"),
        Plans(
            "regions[].nodes[].docker.sshSecretRef.name",
            spec => spec.Node()["docker"]!["sshSecretRef"]!["name"] = "other",
            spec => spec.Node()["docker"] = Json(
                """{"endpoint":"ssh://admin@192.0.2.216","sshSecretRef":{"name":"ssh"}}""")),
        .. EndpointsBench.All,
        Plans("metadataDatabase.credentialsSecretRef.name", spec => spec["metadataDatabase"] = Json(
            """{"credentialsSecretRef":{"name":"other"}}""")),
        Target("metadataDatabase.host", spec =>
            spec with { MetadataDatabase = new MetadataDatabaseSpec { Host = "db.example" } }),
        Target(
            "metadataDatabase.port", spec => spec with { MetadataDatabase = new MetadataDatabaseSpec { Port = 3307 } }),
        Target("metadataDatabase.tls.mode", spec => spec with
        {
            MetadataDatabase =
                new MetadataDatabaseSpec { Tls = new DatabaseTls { Mode = DatabaseTlsMode.VerifyIdentity } }
        }),
        Target("metadataDatabase.tls.fingerprint", spec => spec with
        {
            MetadataDatabase = new MetadataDatabaseSpec { Tls = new DatabaseTls { Fingerprint = new string('a', 64) } }
        }),
        InRun("imagePullSecretRef.name", ThePullUsesTheSecret),
        BacksUp(
            "backup.ageIdentitySecretRef.name", spec => spec["backup"]!["ageIdentitySecretRef"] = Json("""{"name":"age"}""")),
        Secret("backup.storage.s3.credentialsSecretRef.name", spec => spec["backup"]!.AsObject()),
        Secret("imageArchive.storage.s3.credentialsSecretRef.name", spec => spec["imageArchive"]!.AsObject()),
        Secret("correction.archive.storage.s3.credentialsSecretRef.name", spec =>
        {
            spec["correction"]!["archive"] ??= Json("""{"path":"c.jar","storage":{} }""");
            return spec["correction"]!["archive"]!.AsObject();
        }),
        Secret("regions[].nodes[].imageArchive.storage.s3.credentialsSecretRef.name", spec =>
        {
            spec.Node()["imageArchive"] ??= Json($$"""{"path":"{{OmsWorld.ArchivePath}}","storage":{} }""");
            return spec.Node()["imageArchive"]!.AsObject();
        }),
        .. new[]
        {
            OmsUpgradePhases.PrepareImage, OmsUpgradePhases.DisableHA, OmsUpgradePhases.RenameProjects,
            OmsUpgradePhases.StopOld, OmsUpgradePhases.Backup,
            OmsUpgradePhases.StartNew, OmsUpgradePhases.CorrectMetadata, OmsUpgradePhases.InitMetadata,
            OmsUpgradePhases.Verify, OmsUpgradePhases.EnableHA,
            OmsUpgradePhases.Settle, OmsUpgradePhases.StopNew, OmsUpgradePhases.RestoreDatabases,
            OmsUpgradePhases.StartOld,
        }.Select(Timeout),
        InRun($"{Prefix}preflight", PreflightEndsInTime),
        Plans($"{Prefix}noSessions", spec => spec["timeouts"]!["noSessions"] = "77m"),
    ];

    // The step's own text is what the user reads; what holds is asked of the spec at every advance (PlanFlow).
    private static FieldProof Timeout(string phase)
    {
        var field = char.ToLowerInvariant(phase[0]) + phase[1..];
        return InRun(Prefix + field, () =>
        {
            var json = new JsonObject { [field] = "77m" };
            var timeouts = System.Text.Json.JsonSerializer.Deserialize(
                json.ToJsonString(), Drydock.Crds.CrdsJsonContext.Default.OmsUpgradeTimeouts)!;
            timeouts.Of(phase).ShouldBe("77m");
            new OmsUpgradeTimeouts().Of(phase).ShouldNotBe("77m");
        });
    }

    // The clock of the world stands while anything moves, so a millisecond passes by hand; the schema takes no less.
    private static void PreflightEndsInTime()
    {
        static (string? Phase, string? Reason) End(string timeout)
        {
            var world = new OmsWorld();
            world.Apply(
                spec => spec with
                {
                    Approval = ApprovalPolicy.Manual,
                    Timeouts = spec.Timeouts with { Preflight = timeout }
                });
            world.RunUntil(() => world.Asked.Count > 0, "a target is asked");
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
            world.RunUntil(() => world.Is("Stalled") || world.HasPlan, "planned or too slow");
            return (world.Status.Phase, world.ReasonOf("Stalled"));
        }

        End("1m").Phase.ShouldBe(RunPhases.Planned);
        End("1ms").Reason.ShouldBe(Reasons.StepTimeout);
    }

    private static FieldProof Secret(string field, Func<JsonObject, JsonObject> owner) => Plans(
        field,
        spec => owner(spec)["storage"]!["s3"]!["credentialsSecretRef"]!["name"] = "other",
        spec => ToBucket(owner(spec))) with
    {
        // Nothing of the plan: it is what the operator reads, and what wakes it.
        Prove = () =>
        {
            var spec = System.Text.Json.JsonSerializer.SerializeToNode(
                new OmsWorld().Spec(), Drydock.Crds.CrdsJsonContext.Default.OmsUpgradeSpec)!.AsObject();
            ToBucket(owner(spec));
            var before = System.Text.Json.JsonSerializer.Deserialize(
                spec.ToJsonString(), Drydock.Crds.CrdsJsonContext.Default.OmsUpgradeSpec)!;
            owner(spec)["storage"]!["s3"]!["credentialsSecretRef"]!["name"] = "other";
            var after = System.Text.Json.JsonSerializer.Deserialize(
                spec.ToJsonString(), Drydock.Crds.CrdsJsonContext.Default.OmsUpgradeSpec)!;
            SecretReferences.Names(before).ShouldContain("s3");
            SecretReferences.Names(after).ShouldContain("other");
            FieldClasses.Hash(after, FieldClass.Identity).ShouldBe(FieldClasses.Hash(before, FieldClass.Identity));
            return StorageBench.TheSecretOpensIt();
        },
    };

    private static FieldProof Target(string field, Func<OmsUpgradeSpec, OmsUpgradeSpec> change) =>
        new(OmsUpgrade.KindName, field, async () =>
        {
            var spec = new OmsWorld().Spec();
            (await MetadataTargets.OfAsync(change(spec))).ShouldNotBe(await MetadataTargets.OfAsync(spec));
        });

    private static void ThePullUsesTheSecret()
    {
        var world =
            new OmsWorld(new WorldSetup { ImageInRegistry = true }) { RegistryAccount = ("puller", "not-a-password") };
        world.Api.Create(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "pull", Namespace = OmsWorld.Namespace },
            Data = OmsWorld.Bytes((
                ".dockerconfigjson",
                $$"""{"auths":{"registry.example":{"auth":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes("puller:not-a-password"))}}"} } }""")),
        });
        world.Apply();
        world.RunToStall();
        world.EditSpec(spec => spec with { ImagePullSecretRef = new SecretReference { Name = "pull" } });
        world.RunToSuccess();
    }
}
