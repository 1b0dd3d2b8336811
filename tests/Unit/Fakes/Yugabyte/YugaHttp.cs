using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The HTTP interfaces of the universe, with their quirks: masters that do not lead pass questions on, and answer 200
/// and HTML where they cannot.
/// </summary>
internal sealed class YugaHttp(YugaWorld world, YugaLife? life = null) : IServiceHttp
{
    private const string Html = "<h1>Unable to locate leader master to redirect this request: /api/v1</h1>";

    public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken) =>
        life is { IsDead: true }
            ? new TaskCompletionSource<ServiceAnswer>().Task
            : Task.FromResult(Answer(new ServiceAddress(host, port), path));

    public Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
        throw new NotSupportedException("nothing is sent to a universe");

    public void Dispose()
    {
    }

    private ServiceAnswer Answer(ServiceAddress address, string path)
    {
        world.Asked?.Invoke(address, path);
        if (world.Answers.TryGetValue($"{address}{path}", out var given) || world.Answers.TryGetValue(path, out given))
        {
            return new ServiceAnswer(given.Status, "text/plain", given.Body);
        }

        if (address.Host == YugaWorld.PeerHost)
        {
            return Json(Peer(path));
        }

        var server = world.Servers.Find(s => s.Web == address);
        if (server is not { IsUp: true, IsSilent: false })
        {
            throw new ServiceException(
                Reasons.HostUnreachable, $"http://{address}{path}: connection refused", isNotTaken: true);
        }

        var call = path.Replace("/api/v1/", "", StringComparison.Ordinal);
        return call switch
        {
            "version" => Json(Version(server.Running!)),
            "varz" => Json(Flags(server.Moves, server.IsMaster ? world.MasterSql : null)),
            _ => server.IsMaster ? Master(server, call) : Tserver(server, path, call),
        };
    }

    private ServiceAnswer Master(YugaServer server, string call)
    {
        var leads = world.Leader == server;
        if (call == "is-leader")
        {
            return leads ? Json(new JsonObject { ["STATUS"] = "OK" }) : new ServiceAnswer(503, null, "{");
        }

        if (call == "masters")
        {
            return Json(Masters());
        }

        return world.Leader is null ? new ServiceAnswer(200, "text/html", Html) : call switch
        {
            "tablet-servers" => Json(Tservers()),
            "health-check" => Json(new JsonObject
            {
                ["dead_nodes"] = Texts(world.Tservers.Where(t => !world.CountsAsAlive(t)).Select(t => t.Uuid)),
                ["most_recent_uptime"] = ulong.MaxValue,
                ["under_replicated_tablets"] = Texts(world.UnderReplicatedTablets),
            }),
            "tablet-replication" => Json(new JsonObject
            {
                ["leaderless_tablets"] = Each(world.LeaderlessTablets, tablet =>
                    new JsonObject { ["table_uuid"] = "t", ["tablet_uuid"] = tablet, ["reason"] = "none" }),
            }),
            "tablet-under-replication" => Json(new JsonObject { ["underreplicated_tablets"] = new JsonArray() }),
            "cluster-config" => Json(Config()),
            "/dump-entities" => Json(Entities()),
            _ => new ServiceAnswer(404, "text/html", "<h1>not found</h1>"),
        };
    }

    private ServiceAnswer Tserver(YugaServer server, string path, string call) => call switch
    {
        "health-check" => Json(new JsonObject { ["failed_tablets"] = new JsonArray() }),
        "tablets" => Json(Tablets(server)),
        _ when path == "/metrics?metrics=follower_lag_ms" => Json(new JsonArray(
            new JsonObject
            {
                ["type"] = "tablet",
                ["id"] = "tablet1",
                ["metrics"] = new JsonArray(new JsonObject
                {
                    ["name"] = "follower_lag_ms",
                    ["value"] = world.HasCaughtUp(server) ? 40 : 90_000
                }),
            },
            new JsonObject { ["type"] = "tablet", ["id"] = "tablet2", ["metrics"] = new JsonArray() })),
        _ => new ServiceAnswer(404, "text/html", "<h1>not found</h1>"),
    };

    private JsonObject Tablets(YugaServer server)
    {
        var state = world.IsReady(server) ? "RUNNING" : "BOOTSTRAPPING";
        var tablets = new JsonObject
        {
            ["tablet1"] = new JsonObject { ["state"] = state, ["table_name"] = "t" },
            ["tablet2"] = new JsonObject { ["state"] = "RUNNING" }
        };
        foreach (var (id, _) in world.Tablets.Where(t => t.Value.Contains(server.Name)))
        {
            tablets[id] = new JsonObject { ["state"] = state };
        }

        return tablets;
    }

    // The tablet of the catalogue itself has no replicas here; a read replica does not vote.
    private JsonObject Entities() => new()
    {
        ["keyspaces"] = new JsonArray(),
        ["tables"] = new JsonArray(),
        ["tablets"] = new JsonArray(
        [
            new JsonObject
            {
                ["table_id"] = "sys.catalog.uuid",
                ["tablet_id"] = "00000000000000000000000000000000",
                ["state"] = "RUNNING"
            },
            .. world.Tablets.Select(t => new JsonObject
            {
                ["table_id"] = "t",
                ["tablet_id"] = t.Key,
                ["state"] = "RUNNING",
                ["replicas"] = new JsonArray(
                [
                    .. t.Value.Select(name => Replica("VOTER", world[name])),
                    Replica("OBSERVER", world.Tservers[0]),
                ]),
                ["leader"] = world[t.Value[0]].Uuid,
            }),
        ]),
    };

    private static JsonObject Replica(string type, YugaServer server) =>
        new() { ["type"] = type, ["server_uuid"] = server.Uuid, ["addr"] = server.Rpc.ToString() };

    private JsonObject Masters() => new()
    {
        ["masters"] = Each(world.Masters, master => master.IsUp
            ? new JsonObject
            {
                ["instance_id"] = new JsonObject
                {
                    ["permanent_uuid"] = master.Uuid,
                    ["instance_seqno"] = 1,
                    ["start_time_us"] =
                        (master.StartedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
                },
                ["registration"] = new JsonObject
                {
                    ["private_rpc_addresses"] = new JsonArray(Address(master.Rpc)),
                    ["http_addresses"] = new JsonArray(Address(master.Web)),
                },
                ["role"] = world.Leader == master ? "LEADER" : "FOLLOWER",
            }
            : new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = "NETWORK_ERROR",
                    ["message"] = $"Unable to get registration information for peer ([{master.Rpc}])"
                },
            }),
    };

    private JsonObject Tservers()
    {
        var now = world.Time.GetUtcNow();
        var placement = new JsonObject();
        foreach (var server in world.Tservers)
        {
            var entry = new JsonObject
            {
                ["time_since_hb"] = "0.5s",
                ["time_since_hb_sec"] = world.SinceHeartbeat(server).TotalSeconds,
                ["status"] = world.CountsAsAlive(server) ? "ALIVE" : "DEAD",
                ["uptime_seconds"] = server.IsUp ? (long)(now - server.StartedAt).TotalSeconds : 0,
                ["user_tablets_total"] = 10,
                ["user_tablets_leaders"] = server.Leaders,
                ["system_tablets_total"] = 2,
                ["system_tablets_leaders"] = 0,
                ["active_tablets"] = 12,
                ["permanent_uuid"] = server.Uuid,
            };
            if (server.Zone is { } zone)
            {
                (entry["cloud"], entry["region"], entry["zone"]) = ("c", "r", zone);
            }

            placement[server.Web.ToString()] = entry;
        }

        return new JsonObject { ["placement-1"] = placement };
    }

    private JsonObject Config()
    {
        var config = new JsonObject
        {
            ["version"] = 7,
            ["cluster_uuid"] = "universe-1",
            ["replication_info"] =
                new JsonObject { ["live_replicas"] = new JsonObject { ["num_replicas"] = world.Setup.Replicas } },
        };
        if (world.LeaderBlacklist.Count > 0)
        {
            config["leader_blacklist"] =
                new JsonObject { ["hosts"] = Each(world.LeaderBlacklist, Address), ["initial_leader_load"] = 3 };
        }

        if (world.ServerBlacklist.Count > 0)
        {
            config["server_blacklist"] = new JsonObject { ["hosts"] = Each(world.ServerBlacklist, Address) };
        }

        var groups = world.Groups.Where(g => g.IsHere).ToList();
        if (groups.Count > 0)
        {
            config["consumer_registry"] = new JsonObject
            {
                ["producer_map"] = Each(
                    groups, group => new JsonObject { ["key"] = group.Name, ["value"] = Group(group) })
            };
        }

        return config;
    }

    private JsonObject Peer(string path) => path.Replace("/api/v1/", "", StringComparison.Ordinal) switch
    {
        "is-leader" => new JsonObject { ["STATUS"] = "OK" },
        "version" => Version(world.PeerVersion),
        "varz" => Flags(null),
        "masters" => new JsonObject
        {
            ["masters"] = new JsonArray(new JsonObject
            {
                ["instance_id"] = new JsonObject { ["permanent_uuid"] = "p" },
                ["registration"] = new JsonObject
                {
                    ["http_addresses"] = new JsonArray(Address(new ServiceAddress(YugaWorld.PeerHost, 7000)))
                },
                ["role"] = "LEADER",
            }),
        },
        "tablet-servers" => new JsonObject
        {
            [""] = new JsonObject
            {
                [$"{YugaWorld.PeerHost}:9000"] = new JsonObject
                {
                    ["time_since_hb_sec"] = 0.1,
                    ["status"] = "ALIVE",
                    ["uptime_seconds"] = 5,
                    ["user_tablets_total"] = 0,
                    ["user_tablets_leaders"] = 0,
                    ["system_tablets_total"] = 0,
                    ["system_tablets_leaders"] = 0,
                },
            },
        },
        "cluster-config" => PeerConfig(),
        _ => throw new ServiceException(Reasons.HostUnreachable, $"no {path}", isNotTaken: true),
    };

    private JsonObject PeerConfig()
    {
        // A peer of another version writes the map as an object.
        var producers = new JsonObject();
        foreach (var group in world.Groups.Where(g => !g.IsHere))
        {
            producers[group.Name] = Group(group);
        }

        return new JsonObject
        {
            ["version"] = 1,
            ["cluster_uuid"] = "universe-2",
            ["consumer_registry"] = new JsonObject { ["producer_map"] = producers }
        };
    }

    private JsonObject Flags(LeaderMoves? moves, string? sql = null) => new()
    {
        ["flags"] = new JsonArray(
        [
            .. world.MoreFlags.Select(f => Flag(f.Key, f.Value)),
            .. moves is { } limits
                ? new[]
                {
                    Flag(LeaderMoves.AllFlag, limits.All.ToString(CultureInfo.InvariantCulture)),
                    Flag(LeaderMoves.PerTableFlag, limits.PerTable.ToString(CultureInfo.InvariantCulture))
                }
                : [],
            Flag("replication_factor", world.Setup.Replicas.ToString(CultureInfo.InvariantCulture)),
            Flag("heartbeat_interval_ms", "1000"),
            Flag("cdc_wal_retention_time_secs", world.RetentionSeconds.ToString(CultureInfo.InvariantCulture)),
            Flag("log_max_seconds_to_retain", "86400"),
            Flag(
                world.Names.Sql == "BSQL" ? "enable_bsql" : "enable_ysql", sql ?? (world.Setup.Sql ? "true" : "false")),
        ]),
    };

    private static JsonObject Flag(string name, string value) =>
        new() { ["name"] = name, ["value"] = value, ["type"] = "Default" };

    private static JsonObject Version(string version)
    {
        var parts = version.Split("-b");
        return new JsonObject
        {
            ["git_hash"] = "x",
            ["build_type"] = "RELEASE",
            ["version_number"] = parts[0],
            ["build_number"] = parts.Length > 1 ? parts[1] : "1"
        };
    }

    private static JsonObject Group(YugaGroup group)
    {
        var entry =
            new JsonObject { ["master_addrs"] = new JsonArray(Address(new ServiceAddress(YugaWorld.PeerHost, 7100))) };
        if (group.IsPaused)
        {
            entry["disable_stream"] = true;
        }

        return entry;
    }

    private static JsonObject Address(ServiceAddress address) =>
        new() { ["host"] = address.Host, ["port"] = address.Port };

    private static JsonArray Each<T>(IEnumerable<T> items, Func<T, JsonObject> write) => new([.. items.Select(write)]);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static ServiceAnswer Json(JsonNode body) => new(200, "application/json", body.ToJsonString());
}
