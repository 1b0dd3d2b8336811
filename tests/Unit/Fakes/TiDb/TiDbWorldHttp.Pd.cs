namespace Drydock.Tests.Unit.Fakes;

/// <content>PD.</content>
internal sealed partial class TiDbWorldHttp
{
    private (int, string) Pd(string method, TiDbProcess process, string path, string? json)
    {
        if (path == "/health")
        {
            return world.PdLeader is null ? (503, """{"health":"false"}""") : (200, """{"health":"true"}""");
        }

        if (world.PdLeader is null)
        {
            return (500, "redirect failed");
        }

        if (path.EndsWith("/kv/range", StringComparison.Ordinal))
        {
            return world.Gateway(process) == path
                ? (200, Registered(JsonNode.Parse(json!)!))
                : (404, "404 page not found");
        }

        var body = json is null ? null : JsonNode.Parse(json)!.AsObject();
        var call = $"{method} {path.Split('?')[0]}";
        return call switch
        {
            "GET /pd/health" => (200, new JsonArray([.. world.Of(DatabaseComponent.PD).Select(p =>
                (JsonNode)new JsonObject { ["name"] = p.Name, ["client_urls"] = Urls(p), ["health"] = p.IsAlive })])
                .ToJsonString()),
            "GET /pd/api/v1/members" => (200, Members()),
            "GET /pd/api/v1/stores" => (200, new JsonObject
            {
                ["count"] = world.Stores.Count,
                ["stores"] = new JsonArray([.. world.Stores.Select(s => (JsonNode)Store(s))])
            }.ToJsonString()),
            "GET /pd/api/v1/config" => (200, Config()),
            "GET /pd/api/v1/config/cluster-version" => (200, $"\"{world.ClusterVersion}\""),
            "GET /pd/api/v1/operators" =>
                (200, new JsonArray([.. world.Operators.Select(o => (JsonNode)o)]).ToJsonString()),
            "GET /pd/api/v1/schedulers" => (200, Schedulers()),
            "GET /pd/api/v1/status" => (
                200,
                $$"""{"build_ts":"x","git_hash":"{{(world[world.PdLeader!].Running == TiDbWorld.New ? TiDbWorld.GitHash : "2a1")}}"}"""),
            "POST /pd/api/v1/schedulers" => Evict(body!),
            "POST /pd/api/v1/config" => Set(body!),
            "POST /pd/api/v1/leader/resign" => Move(null),
            _ when call.StartsWith("POST /pd/api/v1/leader/transfer/", StringComparison.Ordinal) => Move(Last(path)),
            _ when call.StartsWith("POST /pd/api/v1/members/name/", StringComparison.Ordinal) => Priority(
                Last(path), (int)body!["leader-priority"]!),
            _ when call.StartsWith("GET /pd/api/v1/store/", StringComparison.Ordinal) =>
                world.Stores.Find(s => s.Id == Id(Last(path))) is { } found
                    ? (200, Store(found).ToJsonString())
                    : (500, $"\"invalid store ID {Last(path)}, not found\""),
            "GET /pd/api/v1/regions" => (200, Regions([.. world.Complete, .. world.Regions])),
            _ when call.StartsWith("GET /pd/api/v1/regions/check/", StringComparison.Ordinal) =>
                (200, Regions([.. world.RegionsOf(Last(path))])),
            _ when call.StartsWith("DELETE /pd/api/v1/schedulers/evict-leader-scheduler-", StringComparison.Ordinal) =>
                LetBack(Id(path[(path.LastIndexOf('-') + 1)..])),
            _ => (404, "404 page not found"),
        };
    }

    // The keys below a prefix, as etcd's gateway has them.
    private string Registered(JsonNode range)
    {
        static string Text(JsonNode? encoded) =>
            Encoding.UTF8.GetString(Convert.FromBase64String(encoded!.GetValue<string>()));
        static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var (from, to) = (Text(range["key"]), Text(range["range_end"]));
        var found = world.Of(DatabaseComponent.TiDB).Where(p => p.IsAlive)
            .Select(p => (Key: $"/tidb/server/info/{p.Name}", Value: Info(p, null)))
            .Where(kv => string.CompareOrdinal(kv.Key, from) >= 0 && string.CompareOrdinal(kv.Key, to) < 0)
            .Select(kv => (JsonNode)
                new JsonObject { ["key"] = Encoded(kv.Key), ["create_revision"] = "7", ["value"] = Encoded(kv.Value) })
            .ToList();
        var answer = new JsonObject { ["header"] = new JsonObject { ["revision"] = "9" } };
        if (found.Count > 0)
        {
            (answer["kvs"], answer["count"]) = (new JsonArray([.. found]), $"{found.Count}");
        }

        return answer.ToJsonString();
    }

    private static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static ulong Id(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static JsonArray Urls(TiDbProcess process) => [$"http://{process.Address}"];

    private JsonObject Member(TiDbProcess process)
    {
        var member = new JsonObject
        {
            ["name"] = world.NamelessMembers.Contains(process.Name) ? null : process.Name,
            ["member_id"] = JsonNode.Parse(string.Create(
                CultureInfo.InvariantCulture, $"{ulong.MaxValue - (ulong)world.Processes.IndexOf(process)}")),
            ["client_urls"] = Urls(process),
        };
        if (world.Priorities.GetValueOrDefault(process.Name) is not 0 and var priority)
        {
            member["leader_priority"] = priority;
        }

        return member;
    }

    private string Members() => new JsonObject
    {
        ["header"] = new JsonObject
        {
            ["cluster_id"] = JsonNode.Parse(TiDbWorld.ClusterId.ToString(CultureInfo.InvariantCulture))
        },
        ["members"] = new JsonArray([.. world.Of(DatabaseComponent.PD).Select(p => (JsonNode)Member(p))]),
        ["leader"] = Member(world[world.PdLeader!]),
        ["etcd_leader"] = Member(world[world.EtcdLeader ?? world.PdLeader!]),
    }.ToJsonString();

    // Zero is left out.
    private JsonObject Store(TiDbStore store)
    {
        var silent = world.Now - (store.Process.IsAlive && !store.IsCut ? world.Now : store.LastHeartbeat);
        var meta = new JsonObject
        {
            ["id"] = store.Id,
            ["address"] = store.Process.Address,
            ["version"] = store.Version,
            ["state_name"] =
                silent > TimeSpan.FromMinutes(30) ? "Down" : silent > TimeSpan.FromSeconds(20) ? "Disconnected" : "Up",
        };
        if (store.Label is { } label)
        {
            meta["labels"] = new JsonArray(new JsonObject { ["key"] = "host", ["value"] = label });
        }

        var status = new JsonObject
        {
            ["capacity"] = "1.0 TiB",
            ["region_count"] = (long)((100 + world.RegionsMore) * world.Heard),
            ["start_ts"] = store.StartedAt.ToString("O", CultureInfo.InvariantCulture)
        };

        // A PD that has just become the leader knows none.
        if (world.SchedulersRun && Math.Round(store.Leaders) is > 0 and var leaders)
        {
            status["leader_count"] = (long)leaders;
        }

        return new JsonObject { ["store"] = meta, ["status"] = status };
    }

    // Go writes an empty list as null.
    private static string Regions(List<TiDbRegion> regions) => new JsonObject
    {
        ["count"] = regions.Count,
        ["regions"] = regions.Count == 0 ? null : new JsonArray([.. regions.Select(r => (JsonNode)new JsonObject
        {
            ["id"] = r.Id,
            ["start_key"] = "7480",
            ["peers"] = Peers(r, [.. r.Voters, .. r.Learners]),
            ["down_peers"] = r.Down.Length == 0 ? null : new JsonArray([.. Peers(r, r.Down).Select(
                p => (JsonNode)new JsonObject { ["peer"] = p!.DeepClone(), ["down_seconds"] = 2000 })]),
            ["pending_peers"] = r.Pending.Length == 0 ? null : Peers(r, r.Pending),
        })]),
    }.ToJsonString();

    private static JsonArray Peers(TiDbRegion region, ulong[] stores) => new([.. stores.Select(s =>
    {
        var peer = new JsonObject { ["id"] = (region.Id * 10) + s, ["store_id"] = s };
        if (region.Learners.Contains(s))
        {
            peer["is_learner"] = true;
        }

        return (JsonNode)peer;
    })]);

    private string Config()
    {
        var schedule = new JsonObject(world.Limits.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));
        schedule["schedulers-v2"] = new JsonArray(
        [
            new JsonObject { ["type"] = "balance-region", ["args"] = null, ["disable"] = false },
            .. world.Evicted.Keys.Select(id => (JsonNode)new JsonObject
            {
                ["type"] = "evict-leader",
                ["args"] = new JsonArray(id.ToString(CultureInfo.InvariantCulture)),
                ["disable"] = false
            }),
        ]);
        return new JsonObject
        {
            ["schedule"] = schedule,
            ["replication"] = new JsonObject
            {
                ["max-replicas"] = world.Setup.MaxReplicas,
                ["location-labels"] = world.Setup.LocationLabels
            }
        }.ToJsonString();
    }

    private string Schedulers() => new JsonArray(
    [
        .. world.SchedulersRun ? new JsonNode[] { "balance-region-scheduler" } : [],
        .. world.Evicted.Keys.Where(world.RunsEvict).Select(id => (JsonNode)$"evict-leader-scheduler-{id}"),
    ]).ToJsonString();

    private (int, string) Evict(JsonObject body)
    {
        if (body["store_id"] is not JsonValue value || !value.TryGetValue<ulong>(out var id))
        {
            return (400, "\"missing store id\"");
        }

        if (world.RunsEvict(id))
        {
            return (500, "\"scheduler existed\"");
        }

        if (world.Evicted.Keys.Any(other => !world.MayBeDownTogether(other, id)))
        {
            world.Violated($"leaders left store {id} while another store had none");
        }

        world.Did($"evict {id}");
        world.Evicted[id] = world.Now + TimeSpan.FromTicks(1);
        return (200, "null");
    }

    private (int, string) LetBack(ulong id)
    {
        if (!world.RunsEvict(id))
        {
            return (500, "\"scheduler not found\"");
        }

        world.Did($"let back {id}");
        world.Evicted.Remove(id);
        return (200, "null");
    }

    private (int, string) Set(JsonObject body)
    {
        foreach (var (key, value) in body.Where(b => world.Limits.ContainsKey(b.Key)))
        {
            world.Did($"{key} {value}");
            world.Limits[key] = (long)value!;
        }

        return (200, "null");
    }

    private (int, string) Move(string? heir)
    {
        if (world.Of(DatabaseComponent.PD).Count(p => p.IsAlive) < 2)
        {
            return (500, "\"no valid pd to transfer leader\"");
        }

        world.Did($"move leader from {world.PdLeader}");
        var from = world.PdLeader;
        heir ??= world.Of(DatabaseComponent.PD).First(p => p.IsAlive && p.Name != from).Name;
        world.Elect(TimeSpan.FromMilliseconds(700), heir);
        return (200, "null");
    }

    private (int, string) Priority(string name, int priority)
    {
        if (!world.Of(DatabaseComponent.PD).Any(p => p.Name == name))
        {
            return (404, $"\"not found, pd: {name}\"");
        }

        world.Did($"priority {name} {priority}");
        world.Priorities[name] = priority;
        return (200, "\"success\"");
    }
}
