namespace Drydock.Tests.Integration.Crds;

/// <summary>Every rule on a spec alone, with an object that breaks it and one that just does not.</summary>
/// <param name="Place">Kind and path of the schema node it stands on.</param>
/// <param name="Message">How the message begins that the refused user reads.</param>
/// <param name="Break">Makes the spec break it.</param>
/// <param name="Near">Makes the spec come as near as it may.</param>
internal sealed record SpecRules(string Place, string Message, Action<JsonObject> Break, Action<JsonObject> Near)
{
    private const string Encryption =
        """{"recipients":["age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"]}""";

    private static readonly string Digest = $"registry.example/oms@sha256:{new string('0', 64)}";

    public static IReadOnlyList<SpecRules> All { get; } =
    [
        new("OmsUpgrade spec", "toVersion must differ", spec => spec["toVersion"] = "3.2.2-bp2", spec =>
            spec["toVersion"] = "3.2.2-bp3"),
        new("OmsUpgrade spec", "Either discoverFrom or regions", spec => spec.Remove("regions"), Shorten),
        new("OmsUpgrade spec", "Node names must be", spec => spec.Node(1)["name"] = "oms-a", spec =>
            spec.Node(1)["name"] = "oms-aa"),
        new("OmsUpgrade spec", "hostIP must be unique", spec => spec.Node(1)["hostIP"] = "192.0.2.216", spec =>
            spec.Node(1)["hostIP"] = "192.0.2.21"),
        new(
            "OmsUpgrade spec",
            "newContainer must differ",
            spec => spec.Node(1)["newContainer"] = "oms_b_322",
            spec =>
            {
                spec["newContainer"] = "oms_322";
                spec.Node(0)["newContainer"] = "oms_a_422";
            }),
        new(
            "OmsUpgrade spec",
            "An image with a digest",
            spec =>
                (spec["image"], spec.Node(1)["imageArchive"]) = (Digest, Json("""{"hostPath":"/images/oms.tar"}""")),
            spec =>
            {
                (spec["image"], spec.Node(1)["image"], spec.Node(1)["imageArchive"]) =
                    (Digest, "oms:4.2.2", Json("""{"hostPath":"/images/oms.tar"}"""));
                spec.Remove("imageArchive");
                spec.Node(0).Remove("imageArchive");
            }),
        new("OmsUpgrade spec", "An upgrade can have", spec => Fill(spec, 16, 16, 1), spec => Fill(spec, 16, 16)),
        new(
            "OmsUpgrade spec",
            "rollbackPolicy: OnFailure with",
            spec => (spec["rollbackPolicy"], spec.At("backup")["encryption"]) = ("OnFailure", Json(Encryption)),
            spec => (spec["rollbackPolicy"], spec["backup"]!["encryption"], spec["backup"]!["ageIdentitySecretRef"]) =
                ("OnFailure", Json(Encryption), Json("""{"name":"age"}"""))),
        new(
            "OmsUpgrade spec.window", "window.end must differ", spec => spec["window"] = Window("02:00", "02:00"),
            spec => spec["window"] = Window("02:00", "02:01")),
        .. Docker("OmsUpgrade spec.regions[].nodes[].docker", (spec, docker) => spec.Node(0)["docker"] = docker),
        .. Docker("OmsUpgrade spec.docker", (spec, docker) => spec["docker"] = docker),
        new("OmsUpgrade spec", "A node without docker", spec => spec.Node(1).Remove("docker"), spec =>
        {
            spec.Node(1).Remove("docker");
            spec["docker"] = Json("""{"endpoint":"unix:///run/docker.sock"}""");
        }),
        new(
            "OmsUpgrade spec", "spec.docker.endpoint must contain", spec => Share(spec, "unix:///run/docker.sock"),
            spec => Share(spec, "unix:///run/{name}.sock")),
        .. Archive("OmsUpgrade spec.imageArchive", spec => spec.At("imageArchive")),
        .. Archive("OmsUpgrade spec.regions[].nodes[].imageArchive", spec => spec.Node(0).At("imageArchive")),
        .. Archive("OmsUpgrade spec.correction.archive", spec => spec.At("correction", "archive")),
        .. Container("OmsUpgrade spec.container", spec => spec),
        .. Container("OmsUpgrade spec.regions[].nodes[].container", spec => spec.Node(0)),
        .. Storage("OmsUpgrade spec.backup.storage", spec => spec.At("backup")),
        .. RestoreTest("OmsUpgrade spec.backup", spec => spec.At("backup")),
        .. RestoreTest("BackupSnapshot spec", spec => spec),
        new("BackupSnapshot spec", "databases must not",
            spec => spec["databases"]!.AsArray().Add("MySQL"), spec => spec["databases"]!.AsArray().Add("mysql2")),
        new("BackupSnapshot spec.pathPrefix", "pathPrefix must not", spec => spec["pathPrefix"] = "a/..", spec =>
            spec["pathPrefix"] = "a/..b"),
        .. Storage("BackupSnapshot spec.storage", spec => spec),
        new(
            "SnapshotRestore spec", "A restore needs exactly",
            spec => spec["snapshotRef"] = Json("""{"name":"nightly"}"""), OnlySnapshot),
        new("SnapshotRestore spec", "A restore from files", spec => spec.Remove("target"), spec =>
        {
            OnlySnapshot(spec);
            spec.Remove("target");
        }),
        new(
            "SnapshotRestore spec.files", "path must not contain '..',", spec => spec.At("files")["path"] = "a/../b",
            spec => spec.At("files")["path"] = "a/...b"),
        .. Storage("SnapshotRestore spec.files.storage", spec => spec.At("files")),
        .. Databases(),
    ];

    public string Kind => Place.Split(' ')[0];

    public JsonObject Manifest(Action<JsonObject> change)
    {
        var manifest = Kind switch
        {
            "OmsUpgrade" => Manifests.Upgrade("tried"),
            "BackupSnapshot" => Manifests.Snapshot("tried"),
            "DatabaseRollingUpgrade" => Manifests.TiDb("tried"),
            _ => Manifests.Restore("tried"),
        };
        change(manifest.At("spec"));
        return manifest;
    }

    private static IEnumerable<SpecRules> Storage(string place, Func<JsonObject, JsonObject> owner)
    {
        var key = place.Split('.')[^1];
        Action<JsonObject> Set(string json) => spec => owner(spec)[key] = Json(json);
        yield return new(place, "A storage needs exactly", Set($$"""{"directory":{"path":"/d"},"s3":{{S3()}} }"""), Set(
            $$"""{"s3":{{S3()}} }"""));
        yield return new(
            $"{place}.directory", "path must not contain '..'.", Set("""{"directory":{"path":"/etc/../etc"} }"""),
            Set("""{"directory":{"path":"/etc/..etc"} }"""));
        yield return new($"{place}.s3", "An http:// endpoint",
            Set($$"""{"s3":{{S3(endpoint: "http://s3.example")}} }"""),
            Set($$"""{"s3":{{S3(endpoint: "http://s3.example", more: "\"insecure\":true,")}} }"""));
        yield return new($"{place}.s3", "prefix must not contain",
            Set($$"""{"s3":{{S3(more: "\"prefix\":\"a/..\",")}} }"""),
            Set($$"""{"s3":{{S3(more: "\"prefix\":\"a/..b\",")}} }"""));
    }

    private static IEnumerable<SpecRules> Docker(string place, Action<JsonObject, JsonNode> set)
    {
        const string Key = "\"sshSecretRef\":{\"name\":\"docker-ssh\"}";
        Action<JsonObject> Set(string json) => spec => set(spec, Json(json));
        yield return new(place, "A tcp:// endpoint needs", Set("""{"endpoint":"tcp://{hostIP}:2375"}"""), Set(
            """{"endpoint":"tcp://{hostIP}:2375","insecure":true}"""));
        yield return new(
            place,
            "insecure: true is only",
            Set("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"},"insecure":true}"""),
            Set("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"},"insecure":false}"""));
        yield return new(
            place,
            "tlsSecretRef is only",
            Set("""{"endpoint":"unix:///run/{name}.sock","tlsSecretRef":{"name":"docker-tls"}}"""),
            Set("""{"endpoint":"unix:///run/{name}.sock"}"""));
        yield return new(place, "An ssh:// endpoint", Set("""{"endpoint":"ssh://admin@{hostIP}"}"""), Set(
            $$"""{"endpoint":"ssh://admin@{hostIP}",{{Key}} }"""));
        yield return new(
            place,
            "jump and become (engineBecome",
            Set("""{"endpoint":"unix:///run/{name}.sock","become":"Sudo"}"""),
            Set($$"""{"endpoint":"ssh://admin@{hostIP}/run/docker.sock",{{Key}},"become":"Sudo","jump":{"host":"bastion","user":"ops"} }"""));
        yield return new(place, "endpoint can contain", Set("""{"endpoint":"unix:///run/{hostIP}{ip}.sock"}"""), Set(
            """{"endpoint":"unix:///run/{hostIP}{name}.sock"}"""));
    }

    private static void Shorten(JsonObject spec)
    {
        foreach (var field in new[] { "regions", "currentContainer", "newContainer", "highAvailability" })
        {
            spec.Remove(field);
        }

        spec["discoverFrom"] = "192.0.2.216";
        spec["docker"] = Json("""{"endpoint":"tcp://{hostIP}:2376","tlsSecretRef":{"name":"docker-tls"}}""");
    }

    private static void Share(JsonObject spec, string endpoint)
    {
        spec.Node(0).Remove("docker");
        spec.Node(1).Remove("docker");
        spec["docker"] = new JsonObject { ["endpoint"] = endpoint };
    }

    private static IEnumerable<SpecRules> Archive(string place, Func<JsonObject, JsonObject> archive)
    {
        yield return new(place, "path must not contain '..',", spec => archive(spec)["path"] = "a/../b.tar", spec =>
            archive(spec)["path"] = "a..b/c.tar");
        yield return new(
            place,
            "An archive needs either",
            spec => archive(spec)["hostPath"] = "/images/oms.tar",
            spec =>
            {
                archive(spec).Clear();
                archive(spec)["hostPath"] = "/images/oms.tar";
            });
        foreach (var rule in Storage($"{place}.storage", archive))
        {
            yield return rule;
        }
    }

    private static IEnumerable<SpecRules> Container(string place, Func<JsonObject, JsonObject> owner)
    {
        SpecRules Rule(string below, string message, string broken, string near) => new(
            place + below, message, spec => owner(spec)["container"] = Json(broken),
            spec => owner(spec)["container"] = Json(near));
        yield return Rule(
            "", "container.labels must not", """{"labels":["drydock.dev/a=b"]}""",
            """{"labels":["drydock.device=b"]}""");
        yield return Rule(
            ".env[]",
            "An entry of container.env",
            """{"env":[{"name":"A","value":"","valueFrom":{"secretKeyRef":{"name":"s","key":"k"} } }]}""",
            """{"env":[{"name":"A","value":""},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k"} } }]}""");
        yield return Rule(
            ".env[]", "container.env must not", """{"env":[{"name":"IS_UPGRADE","value":"true"}]}""",
            """{"env":[{"name":"is_upgrade","value":"true"}]}""");
        yield return Rule(
            ".ulimits[]", "soft of a ulimit must", """{"ulimits":[{"name":"core","soft":-1,"hard":1}]}""",
            """{"ulimits":[{"name":"core","soft":1,"hard":1}]}""");
        yield return Rule(
            ".ulimits[]", "The ulimit nproc must", """{"ulimits":[{"name":"nproc","soft":65534}]}""",
            """{"ulimits":[{"name":"nproc","soft":65535}]}""");
    }

    private static IEnumerable<SpecRules> RestoreTest(string place, Func<JsonObject, JsonObject> owner)
    {
        void Tested(JsonObject spec) =>
            (owner(spec)["verify"], owner(spec)["encryption"]) = ("RestoreTest", Json(Encryption));
        yield return new(place, "verify: RestoreTest of", Tested, spec =>
        {
            Tested(spec);
            owner(spec)["ageIdentitySecretRef"] = Json("""{"name":"age"}""");
        });
    }

    private static IEnumerable<SpecRules> Databases()
    {
        const string Spec = "DatabaseRollingUpgrade spec";
        JsonObject Archive(JsonObject spec) => spec["package"]!["archives"]![0]!.AsObject();
        yield return new(
            Spec, "toVersion must differ", spec => spec["toVersion"] = "2.1.19", spec => spec["toVersion"] = "2.1.20");
        yield return new(Spec, "Engine TiDB needs tidb.backup,", spec => spec.Remove("tidb"), spec =>
        {
            spec.Remove("tidb");
            spec["preflight"] = Json("""{"acknowledge":["NoBackup"]}""");
        });
        yield return new(
            Spec, "tidb is only for engine", spec => spec["engine"] = "YugabyteDB", spec => spec["engine"] = "TiDB");
        yield return new(
            Spec, "yugabyte is only for", spec => spec["yugabyte"] = new JsonObject(), spec => spec.Remove("yugabyte"));
        void Tls(JsonObject spec, string text) => spec["tls"] = Json(text);
        const string WebOnly = """{"secretRef":{"name":"a"}}""";
        yield return new($"{Spec}.tls", "tls needs secretRef", spec => Tls(spec, "{}"), spec => Tls(spec, WebOnly));
        yield return new(
            $"{Spec}.tls", "tls.secretRef and tls.web",
            spec => Tls(spec, """{"secretRef":{"name":"a"},"web":{"secretRef":{"name":"a"}}}"""),
            spec => Tls(spec, WebOnly));
        yield return new(
            $"{Spec}.tls", "tls.clientNodeName names a",
            spec => Tls(spec, """{"secretRef":{"name":"a"},"clientNodeName":"n"}"""), spec => Tls(spec, WebOnly));
        yield return new(
            Spec,
            "toolHost, package.extensions, and",
            spec => spec.At("package")["extensions"] = Json(
                """[{"name":"x","files":[{"from":"/tmp/x.so","to":"lib/x.so"}]}]"""),
            spec => spec.At("package")["extensions"] = new JsonArray());
        yield return new(
            Spec,
            "configFile of an instance",
            spec => (spec["engine"], spec["instances"]![0]!["configFile"]) = ("YugabyteDB", "/etc/pd.toml"),
            spec => spec["instances"]![0]!["configFile"] = "/etc/pd.toml");
        yield return new(
            Spec, "A component must belong", spec => spec["instances"]![0]!["component"] = "Master",
            spec => spec["instances"]![1]!["component"] = "TiKV");
        yield return new(Spec, "The processes are not", spec => spec["instances"]!.AsArray().Clear(), spec =>
        {
            spec["instances"]!.AsArray().Clear();
            spec["discoverFrom"] = "192.0.2.11:2379";
        });
        yield return new(
            $"{Spec}.instanceDefaults", "The entry sets nothing.", spec => spec["instanceDefaults"] = new JsonObject(),
            spec => spec["instanceDefaults"] = Json("""{"deployDir":"/data/deploy"}"""));
        yield return new(
            $"{Spec}.processes[]",
            "The entry sets nothing.",
            spec => spec["processes"]![0]!.AsObject().Remove("control"),
            spec =>
            {
                spec["processes"]![0]!.AsObject().Remove("control");
                spec["processes"]![0]!["deployDir"] = "/data/deploy";
            });
        yield return new(
            $"{Spec}.window", "window.end must differ", spec => spec["window"] = Window("02:00", "02:00"),
            spec => spec["window"] = Window("02:00", "02:01"));
        void Replace(JsonObject spec, string engine) =>
            (spec["engine"], spec["processes"]![0]!["control"]!["swap"]) = (engine, "ReplaceBinary");
        yield return new(
            Spec, "swap: ReplaceBinary is", spec => Replace(spec, "YugabyteDB"), spec => Replace(spec, "TiDB"));
        yield return new(
            Spec,
            "removedInstances must name instances",
            spec => spec["removedInstances"] = Json("""["tikv-2"]"""),
            spec => spec["removedInstances"] = Json("""["tikv-1"]"""));
        void Add(JsonObject spec, string name) => spec["addedInstances"] = Json(
            $$"""[{"name":"{{name}}","component":"TiKV","host":"192.0.2.14","deployDir":"/data/deploy"}]""");
        yield return new(
            Spec, "addedInstances must not repeat", spec => Add(spec, "tikv-1"), spec => Add(spec, "tikv-2"));
        foreach (var (place, owner) in new (string, Func<JsonObject, JsonObject>)[]
        {
            ("processes[].control", spec => spec["processes"]![0]!["control"]!.AsObject()),
            ("instanceDefaults.control", spec =>
            {
                spec["instanceDefaults"] ??= Json("""{"control":{"systemd":{}}}""");
                return spec["instanceDefaults"]!["control"]!.AsObject();
            }),
            ("instances[].control", spec => spec["instances"]![3]!["control"]!.AsObject()),
            ("tidb.monitoring[].control", spec => spec["tidb"]!["monitoring"]![0]!["control"]!.AsObject()),
        })
        {
            yield return new(
                $"{Spec}.{place}", "A control needs exactly", spec => owner(spec)["scripts"] = Scripts(), spec =>
                {
                    owner(spec).Clear();
                    owner(spec)["scripts"] = Scripts();
                });
            void OfAccount(JsonObject spec, JsonNode unit)
            {
                owner(spec).Clear();
                owner(spec)["systemd"] = unit;
            }

            yield return new(
                $"{Spec}.{place}.systemd", "user: true needs unit", spec => OfAccount(spec, Json("""{"user":true}""")),
                spec => OfAccount(spec, Json("""{"user":true,"unit":"a.service"}""")));
            void Link(JsonObject spec, string swap) => (owner(spec)["link"], owner(spec)["swap"]) = ("current", swap);
            yield return new($"{Spec}.{place}", "link is only for swap:", spec => Link(spec, "NewDirectory"), spec =>
            {
                // A service has neither.
                if (!place.StartsWith("tidb.", StringComparison.Ordinal))
                {
                    Link(spec, "SwitchLink");
                }
            });
        }

        JsonObject Docker(params string[] endpoints) => new()
        {
            ["tlsSecretRef"] = new JsonObject { ["name"] = "docker-tls" },
            ["hosts"] = new JsonArray([.. endpoints.Select((endpoint, i) => (JsonNode)
                new JsonObject { ["host"] = $"192.0.2.1{i + 1}", ["endpoint"] = endpoint, ["container"] = "db" })]),
        };
        Action<JsonObject> InContainers(Action<JsonObject>? change, params string[] endpoints) => spec =>
        {
            var docker = Docker(endpoints);
            change?.Invoke(docker);
            spec["access"] = new JsonObject { ["docker"] = docker };
            spec["tidb"]!.AsObject().Remove("dashboards");
        };
        string[] tcp = ["tcp://192.0.2.11:2376", "tcp://192.0.2.12:2376"];
        string[] ssh = ["ssh://root@192.0.2.11", "ssh://root@192.0.2.12"];
        void OverSsh(JsonObject docker)
        {
            docker.Remove("tlsSecretRef");
            docker["sshSecretRef"] = new JsonObject { ["name"] = "docker-ssh" };
        }

        static JsonObject Monitoring(JsonObject spec) => spec["tidb"]!["monitoring"]![0]!.AsObject();
        yield return new(
            $"{Spec}.tidb.monitoring[]", "A monitoring service",
            spec => Monitoring(spec)["hosts"] = new JsonArray("192.0.2.13"), spec =>
            {
                Monitoring(spec).Remove("host");
                Monitoring(spec)["hosts"] = new JsonArray("192.0.2.13", "192.0.2.14");
                spec["tidb"]!.AsObject().Remove("dashboards");
            });
        yield return new(
            $"{Spec}.tidb.monitoring[]", "control.swap and control.link",
            spec => Monitoring(spec)["control"]!["swap"] = "SwitchLink",
            spec => Monitoring(spec)["control"]!["stopGrace"] = "9s");
        void Import(JsonObject spec, string service) => spec["tidb"]!["dashboards"] = Json(
            $$"""{"service":"{{service}}","from":["/data/dashboards"],"credentialsSecretRef":{"name":"grafana"} }""");
        yield return new($"{Spec}.tidb", "tidb.dashboards.service must be", spec => Import(spec, "other"), spec =>
            Import(spec, "grafana"));
        yield return new(
            Spec,
            "tidb.dashboards needs access.ssh:",
            spec =>
            {
                InContainers(null, tcp)(spec);
                Import(spec, "grafana");
            },
            spec => Import(spec, "grafana"));
        yield return new(
            $"{Spec}.access.ssh", "becomeFor: Units says",
            spec => (spec.At("access", "ssh")["become"], spec.At("access", "ssh")["becomeFor"]) = ("None", "Units"),
            spec =>
                (spec.At("access", "ssh")["become"], spec.At("access", "ssh")["becomeFor"]) = ("Sudo", "Units"));
        yield return new(
            $"{Spec}.access", "access needs exactly", spec => spec["access"]!["docker"] = Docker(tcp),
            InContainers(null, tcp));
        yield return new(
            $"{Spec}.access.docker", "A tcp:// endpoint needs",
            InContainers(docker => docker.Remove("tlsSecretRef"), tcp), InContainers(
                docker =>
                {
                    docker.Remove("tlsSecretRef");
                    docker["insecure"] = true;
                },
                tcp));
        yield return new(
            $"{Spec}.access.docker", "insecure: true is only", InContainers(docker => docker["insecure"] = true, tcp),
            InContainers(docker => docker["insecure"] = false, tcp));
        yield return new(
            $"{Spec}.access.docker",
            "tlsSecretRef is only",
            InContainers(
                docker =>
                {
                    OverSsh(docker);
                    docker["tlsSecretRef"] = new JsonObject { ["name"] = "docker-tls" };
                },
                ssh),
            InContainers(OverSsh, ssh));
        yield return new(
            $"{Spec}.access.docker",
            "jump and become (engineBecome",
            InContainers(docker => docker["engineBecome"] = "Sudo", tcp),
            InContainers(
                docker =>
                {
                    OverSsh(docker);
                    docker["engineBecome"] = "Sudo";
                    docker["jump"] = Json("""{"host":"bastion","user":"ops"}""");
                },
                ssh));
        yield return new(
            $"{Spec}.access.docker", "An ssh:// endpoint", InContainers(docker => docker.Remove("tlsSecretRef"), ssh),
            InContainers(OverSsh, ssh));
        yield return new(
            $"{Spec}.package.archives[]", "path must not contain '..',",
            spec => Archive(spec)["path"] = "a/../b.tar.gz", spec => Archive(spec)["path"] = "a..b/c.tar.gz");
        yield return new(
            $"{Spec}.package.archives[]", "An archive needs either",
            spec => Archive(spec)["hostPath"] = "/images/tidb.tar.gz", spec =>
            {
                Archive(spec).Remove("storage");
                Archive(spec).Remove("path");
                Archive(spec)["hostPath"] = "/images/tidb.tar.gz";
            });
        yield return new(
            $"{Spec}.package.postInstall", "postInstall must be", spec => spec.At("package")["postInstall"] = "../a.sh",
            spec => spec.At("package")["postInstall"] = "a..sh");
        foreach (var rule in Storage($"{Spec}.package.archives[].storage", Archive)
            .Concat(Storage($"{Spec}.tidb.backup.storage", spec => spec.At("tidb", "backup"))))
        {
            yield return rule;
        }
    }

    private static JsonNode Scripts() => Json("""{"start":"start.sh","stop":"stop.sh"}""");

    private static void OnlySnapshot(JsonObject spec)
    {
        spec.Remove("files");
        spec["snapshotRef"] = Json("""{"name":"nightly","uid":"0000"}""");
    }

    private static void Fill(JsonObject spec, params int[] counts)
    {
        var number = 0;
        spec["regions"] = new JsonArray([.. counts.Select((count, region) => Json(
            $$"""{"name":"r{{region}}","nodes":[{{string.Join(',', Enumerable.Range(0, count).Select(_ => Node(number++)))}}]}"""))]);
    }

    private static string Node(int number) =>
        $$"""{"name":"n{{number}}","hostIP":"192.0.2.{{number}}","docker":{"endpoint":"unix:///run/d{{number}}.sock"} }""";

    private static JsonNode Window(string start, string end) => Json($$"""{"start":"{{start}}","end":"{{end}}"}""");

    private static string S3(string endpoint = "https://s3.example", string more = "") =>
        $$"""{"endpoint":"{{endpoint}}",{{more}}"bucket":"dumps","credentialsSecretRef":{"name":"s3"} }""";

    private static JsonNode Json(string json) => JsonNode.Parse(json)!;
}
