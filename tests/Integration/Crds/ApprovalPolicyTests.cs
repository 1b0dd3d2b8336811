namespace Drydock.Tests.Integration.Crds;

/// <summary>config/policy on a current server: only a group approves, and never an author of the spec.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ApprovalPolicyTests(PolicyServer server) : IClassFixture<PolicyServer>
{
    private const string Word = "Plan@0123abcd.1";

    // Alice and Carol are approvers. Bob is none.
    private readonly PolicyUser _alice = server.As("alice@example.com", PolicyServer.Approvers);
    private readonly PolicyUser _bob = server.As("bob@example.com");
    private readonly PolicyUser _carol = server.As("carol@example.com", PolicyServer.Approvers);

    /// <summary>What approves: a merge patch of an object that has a hold.</summary>
    public static TheoryData<string, string> Consents => new()
    {
        { "word in annotation", """{"metadata":{"annotations":{"drydock.dev/approve":"Plan@0123abcd.1"}}}""" },
        { "word among others", """{"metadata":{"annotations":{"drydock.dev/approve":" , Plan@0123abcd.1 "}}}""" },
        { "word in spec", """{"spec":{"approvals":["Plan@0123abcd.1"]}}""" },
        { "failed check", """{"spec":{"approvals":["Verify/oms-a/health@0123abcd.1.2"]}}""" },
        { "every plan", """{"spec":{"approval":"Automatic"}}""" },
        { "default hold removed", """{"spec":{"holdBefore":[]}}""" },
        { "default hold replaced", """{"spec":{"holdBefore":["EnableHA"]}}""" },
        { "hold of annotation removed", """{"metadata":{"annotations":{"drydock.dev/hold":null}}}""" },
        { "restore", """{"metadata":{"annotations":{"drydock.dev/retry":"RestoreDatabases@0123abcd.1"}}}""" },
        { "takeover", """{"metadata":{"annotations":{"drydock.dev/adopt":"11-22"}}}""" },
    };

    /// <summary>What stops, returns or repeats: a merge patch.</summary>
    public static TheoryData<string> Pushes =>
    [
        """{"metadata":{"annotations":{"drydock.dev/retry":"Retry@0123abcd.1"}}}""",
        """{"metadata":{"annotations":{"drydock.dev/rollback":"1"}}}""",
        """{"metadata":{"annotations":{"drydock.dev/abort":"1"}}}""",
        """{"metadata":{"annotations":{"drydock.dev/pause":"true"}}}""",
        """{"metadata":{"annotations":{"drydock.dev/hold":"StopOld,EnableHA"}}}""",
        """{"spec":{"holdBefore":["FirstChange","PointOfNoReturn"]}}""",
        """{"spec":{"paused":true}}""",
        """{"spec":{"desiredState":"RolledBack"}}""",
        """{"spec":{"approvals":[]}}""",
        """{"metadata":{"labels":{"team":"a"}}}""",
    ];

    [Theory]
    [MemberData(nameof(Consents))]
    public async Task Only_approver_who_is_no_author_consents(string about, string change)
    {
        var upgrade = await CreatedAsync();

        (await _bob.PatchAsync(upgrade, change)).ShouldNotBeNull(about)
            .ShouldContain("bob@example.com may not approve");
        (await _alice.PatchAsync(upgrade, change)).ShouldNotBeNull(about).ShouldContain("is an author of the spec");
        (await _carol.PatchAsync(upgrade, change)).ShouldBeNull(about);
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task Push_that_approves_nothing_is_free(string change)
    {
        var upgrade = await CreatedAsync();
        (await _carol.PatchAsync(upgrade, """{"spec":{"approvals":["Plan@0123abcd.1"]}}""")).ShouldBeNull();

        (await _bob.PatchAsync(upgrade, change)).ShouldBeNull();
        (await _alice.PatchAsync(upgrade, change)).ShouldBeNull();
    }

    [Fact]
    public async Task Each_kind_that_is_approved_is_covered()
    {
        foreach (var manifest in new[]
        {
            Manifests.TiDb(LabFixture.UniqueName("tidb")), Manifests.Bmdb(LabFixture.UniqueName("bmdb")),
            Manifests.Restore(LabFixture.UniqueName("restore")),
        })
        {
            (await _alice.CreateAsync(manifest)).ShouldNotBeNull().ShouldContain("it must be 'alice@example.com'.");
            (await _alice.CreateAsync(manifest, "alice@example.com")).ShouldBeNull();
            (await _alice.AnnotateAsync(manifest, ("approve", Word))).ShouldNotBeNull();
            (await _bob.AnnotateAsync(manifest, ("approve", Word))).ShouldNotBeNull();
            (await _carol.AnnotateAsync(manifest, ("approve", Word))).ShouldBeNull();
        }

        // A retry of a restore is no consent: the restore has its own.
        var restore = Manifests.Restore(LabFixture.UniqueName("restore"));
        (await _alice.CreateAsync(restore, "alice@example.com")).ShouldBeNull();
        (await _bob.AnnotateAsync(restore, ("retry", "again"))).ShouldBeNull();
        (await _bob.CreateAsync(Manifests.Snapshot(LabFixture.UniqueName("snapshot")))).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_is_approved_where_it_is_created()
    {
        foreach (var change in new Action<JsonObject>[]
        {
            o => o["spec"]!["approvals"] = new JsonArray(Word),
            o => PolicyUser.Notes(o)["drydock.dev/approve"] = Word,
            o => o["spec"]!["approval"] = "Automatic",
            o => PolicyUser.Notes(o)["drydock.dev/adopt"] = "11-22",
            o => PolicyUser.Notes(o)["drydock.dev/retry"] = "RestoreDatabases@0123abcd.1",
        })
        {
            var manifest = Manifests.Upgrade(LabFixture.UniqueName("up"));
            change(manifest);
            (await _alice.CreateAsync(manifest, "alice@example.com")).ShouldNotBeNull()
                .ShouldContain("is an author of the spec");
        }

        // The plan itself still waits, so an author may say where the run waits afterwards.
        var free = Manifests.Upgrade(LabFixture.UniqueName("up"));
        free["spec"]!["holdBefore"] = new JsonArray();
        (await _alice.CreateAsync(free, "alice@example.com")).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("carol@example.com")]
    [InlineData("alice@example.com,carol@example.com")]
    public async Task Author_names_himself_and_nobody_else(string? authors) =>
        (await _alice.CreateAsync(Manifests.Upgrade(LabFixture.UniqueName("up")), authors)).ShouldNotBeNull()
            .ShouldContain("it must be 'alice@example.com'.");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bob@example.com")]
    [InlineData("bob@example.com, alice@example.com, carol@example.com")]
    public async Task Authors_are_changed_by_nobody(string? authors)
    {
        var upgrade = await CreatedAsync();

        foreach (var user in new[] { _alice, _bob, _carol })
        {
            (await user.AnnotateAsync(upgrade, ("authors", authors))).ShouldNotBeNull()
                .ShouldContain("it must be 'alice@example.com'.");
        }
    }

    [Fact]
    public async Task Second_author_hides_no_first_one()
    {
        var upgrade = await CreatedAsync();

        (await _bob.ChangeAsync(upgrade, authors: null)).ShouldNotBeNull()
            .ShouldContain("it must be 'alice@example.com, bob@example.com'.");
        (await _bob.ChangeAsync(upgrade, "bob@example.com")).ShouldNotBeNull();
        (await _bob.ChangeAsync(upgrade, "alice@example.com, bob@example.com")).ShouldBeNull();
        (await _bob.ChangeAsync(upgrade, authors: null)).ShouldBeNull("it names Bob already");

        (await _alice.AnnotateAsync(upgrade, ("approve", Word))).ShouldNotBeNull().ShouldContain("is an author");
        (await _carol.AnnotateAsync(upgrade, ("approve", Word))).ShouldBeNull();
    }

    [Fact]
    public async Task Approver_who_changes_the_spec_approves_no_more()
    {
        var upgrade = await CreatedAsync();
        const string Both = """
            {"spec":{"notAfter":"2027-01-01T00:00:00Z","approvals":["Plan@0123abcd.1"]},
             "metadata":{"annotations":{"drydock.dev/authors":"alice@example.com, carol@example.com"}}}
            """;

        (await _carol.PatchAsync(upgrade, Both)).ShouldNotBeNull().ShouldContain("carol@example.com is an author");
        (await _carol.ChangeAsync(upgrade, "alice@example.com, carol@example.com")).ShouldBeNull();
        (await _carol.AnnotateAsync(upgrade, ("approve", Word))).ShouldNotBeNull()
            .ShouldContain("carol@example.com is an author");
    }

    [Fact]
    public async Task Spec_changes_while_every_plan_is_approved_only_with_that_taken_back()
    {
        var upgrade = await CreatedAsync();
        (await _carol.PatchAsync(upgrade, """{"spec":{"approval":"Automatic"}}""")).ShouldBeNull();

        (await _alice.ChangeAsync(upgrade, authors: null)).ShouldNotBeNull().ShouldContain("every plan");
        (await _alice.PatchAsync(upgrade, """{"spec":{"approval":"Manual","notAfter":"2027-01-01T00:00:00Z"}}"""))
            .ShouldBeNull();
    }

    [Fact]
    public async Task Object_of_before_the_policy_is_approved_once_somebody_names_himself_its_author()
    {
        var upgrade = Manifests.Upgrade(LabFixture.UniqueName("up"));
        (await server.As(PolicyServer.Operator).CreateAsync(upgrade)).ShouldBeNull("it stands for one without authors");

        (await _carol.AnnotateAsync(upgrade, ("approve", Word))).ShouldNotBeNull()
            .ShouldContain("Nobody is named as the author.");
        (await _alice.AnnotateAsync(upgrade, ("authors", "carol@example.com"))).ShouldNotBeNull()
            .ShouldContain("it must be absent, or 'alice@example.com'.");
        (await _alice.AnnotateAsync(upgrade, ("authors", "alice@example.com"))).ShouldBeNull();
        (await _carol.AnnotateAsync(upgrade, ("approve", Word))).ShouldBeNull();
    }

    [Fact]
    public async Task Writes_of_operator_and_cluster_pass()
    {
        var upgrade = await CreatedAsync();
        (await _carol.AnnotateAsync(upgrade, ("approve", Word))).ShouldBeNull();
        foreach (var user in new[]
        {
            server.As(PolicyServer.Operator), server.As("system:serviceaccount:kube-system:generic-garbage-collector"),
        })
        {
            (await user.PatchAsync(upgrade, """{"metadata":{"finalizers":["drydock.dev/upgrade"]}}""")).ShouldBeNull();
            (await user.WriteStatusAsync(upgrade, Filled.Node(typeof(Drydock.Crds.OmsUpgrades.OmsUpgradeStatus))))
                .ShouldBeNull();
            (await user.PatchAsync(upgrade, """{"metadata":{"finalizers":null}}""")).ShouldBeNull();
        }

        // The restore of a rollback.
        (await server.As(PolicyServer.Operator).CreateAsync(Manifests.Restore(LabFixture.UniqueName("restore"))))
            .ShouldBeNull();
    }

    [Fact]
    public async Task Service_account_writes_no_spec_and_approves_nothing_unless_trusted()
    {
        const string Argo = "system:serviceaccount:argocd:argocd-application-controller";
        var argo = server.As(Argo, PolicyServer.Approvers);
        var manifest = Manifests.Upgrade(LabFixture.UniqueName("up"));
        (await argo.CreateAsync(manifest, Argo)).ShouldNotBeNull().ShouldContain("does not trust it");
        var upgrade = await CreatedAsync();
        (await argo.AnnotateAsync(upgrade, ("approve", Word))).ShouldNotBeNull().ShouldContain("does not trust it");

        // Of one that is trusted, words and work come together: Git has the reviews.
        var trusted = server.As(PolicyServer.Operator);
        manifest["spec"]!["approvals"] = new JsonArray(Word);
        (await trusted.CreateAsync(manifest, "alice@example.com")).ShouldBeNull();
        (await trusted.PatchAsync(manifest, """{"spec":{"toVersion":"4.2.3","approvals":["Plan@89abcdef.1"]}}"""))
            .ShouldBeNull();

        // Whom the commit names as its author approves nothing in the cluster either.
        (await _alice.AnnotateAsync(manifest, ("approve", Word + ",DisableHA@0123abcd.1"))).ShouldNotBeNull()
            .ShouldContain("alice@example.com is an author");
        (await _carol.AnnotateAsync(manifest, ("approve", Word + ",DisableHA@0123abcd.1"))).ShouldBeNull();
    }

    [Fact]
    public async Task Name_beside_an_approval_is_that_of_its_user()
    {
        var upgrade = await CreatedAsync();

        foreach (var other in new[] { $"{Word} dave@example.com", "carol@example.com", "Other@0123abcd.1 carol" })
        {
            (await _carol.AnnotateAsync(upgrade, ("approve", Word), ("approved-by", other))).ShouldNotBeNull(other)
                .ShouldContain($": '{Word} carol@example.com'.");
        }

        var claims = $"{Word} carol@example.com";
        (await _carol.AnnotateAsync(upgrade, ("approve", Word), ("approved-by", claims))).ShouldBeNull();
        (await _bob.AnnotateAsync(upgrade, ("approved-by", $"{Word} bob@example.com"))).ShouldNotBeNull()
            .ShouldContain("approves nothing");

        // The next approval keeps the name of the one before, which is that of another word.
        const string Next = "DisableHA@0123abcd.1";
        var dave = server.As("dave@example.com", PolicyServer.Approvers);
        (await dave.AnnotateAsync(
            upgrade, ("approve", $"{Word},{Next}"), ("approved-by", $"{Word} dave@example.com"))).ShouldNotBeNull();
        claims = $"{claims}\n{Next} dave@example.com";
        (await dave.AnnotateAsync(upgrade, ("approve", $"{Word},{Next}"), ("approved-by", claims))).ShouldBeNull();

        const string Restore = "RestoreDatabases@0123abcd.1";
        claims = $"{claims}\nretry {Restore} dave@example.com";
        (await dave.AnnotateAsync(upgrade, ("retry", Restore), ("approved-by", claims))).ShouldBeNull();
        (await _bob.AnnotateAsync(upgrade, ("retry", "Retry@0123abcd.1"), ("approved-by", ""))).ShouldBeNull();
    }

    [Fact]
    public async Task Audit_log_proves_who_approved_what_of_whom()
    {
        var upgrade = await CreatedAsync();
        await _bob.AnnotateAsync(upgrade, ("approve", Word));
        await _carol.AnnotateAsync(upgrade, ("approve", Word), ("approved-by", $"{Word} carol@example.com"));
        await _bob.PatchAsync(upgrade, """{"metadata":{"labels":{"team":"a"}}}""");

        var entries = server.Audited(upgrade["metadata"]!["name"]!.GetValue<string>());

        const string Approved = "drydock-approvals/approved";
        var consents = entries.Where(e => e["annotations"]?[Approved] is not null).ToList();
        consents.Select(e => $"{e["impersonatedUser"]!["username"]} {e["responseStatus"]!["code"]} "
                + $"{e["annotations"]![Approved]} {e["annotations"]!["drydock-approvals/authors"]}")
            .ShouldBe(
            [
                $"bob@example.com 422 {Word} alice@example.com", $"carol@example.com 200 {Word} alice@example.com",
            ]);
        consents[^1]["requestObject"]!["metadata"]!["annotations"]!["drydock.dev/approve"]!.GetValue<string>()
            .ShouldBe(Word);
    }

    /// <summary>Each validation alone refuses one of these requests: a policy without it would let it pass.</summary>
    [Fact]
    public async Task Each_validation_is_needed()
    {
        var upgrade = await CreatedAsync();
        var created = Manifests.Upgrade(LabFixture.UniqueName("up"));
        var byRobot = Manifests.Upgrade(LabFixture.UniqueName("up"));
        const string Robot = "system:serviceaccount:argocd:argocd-application-controller";
        PolicyUser.Notes(byRobot)["drydock.dev/authors"] = Robot;
        var approved = Approving();
        var approvedForDave = Approving();
        PolicyUser.Notes(approvedForDave)["drydock.dev/approved-by"] = "dave@example.com";

        List<int> refusing =
        [
            .. await _alice.RefusingAsync(HttpMethod.Post, created, created),
            .. await server.As(Robot).RefusingAsync(HttpMethod.Post, byRobot, byRobot),
            .. await _bob.RefusingAsync(HttpMethod.Patch, upgrade, approved),
            .. await _alice.RefusingAsync(HttpMethod.Patch, upgrade, approved),
            .. await _carol.RefusingAsync(HttpMethod.Patch, upgrade, approvedForDave),
        ];

        refusing.ShouldBe(Enumerable.Range(0, PolicyServer.Validations), ignoreOrder: true);

        static JsonObject Approving()
        {
            var change = new JsonObject { ["metadata"] = new JsonObject() };
            PolicyUser.Notes(change)["drydock.dev/approve"] = Word;
            return change;
        }
    }

    [Theory]
    [InlineData("""{"spec":{"holdBefore":["StopOld"]}}""", true)]
    [InlineData("""{"spec":{"paused":true}}""", false)]
    public async Task Spec_with_the_most_holds_is_within_the_cost_limit_of_CEL(string change, bool approves)
    {
        var manifest = Manifests.Upgrade(LabFixture.UniqueName("up"));
        manifest["spec"]!["holdBefore"] = new JsonArray(
            [.. Enumerable.Range(0, 64).Select(n => (JsonNode)$"StopOld/{new string('n', 200)}{n:00}")]);
        PolicyUser.Notes(manifest)["drydock.dev/hold"] =
            string.Join(',', Enumerable.Range(0, 64).Select(n => $"StartNew/node-{n:00}"));
        (await _alice.CreateAsync(manifest, "alice@example.com")).ShouldBeNull();

        var refusal = await _bob.PatchAsync(manifest, change);

        (refusal is not null).ShouldBe(approves, refusal);
        if (approves)
        {
            refusal.ShouldNotBeNull().ShouldContain("bob@example.com may not approve");
            (await _carol.PatchAsync(manifest, change)).ShouldBeNull();
        }
    }

    private async Task<JsonObject> CreatedAsync()
    {
        var manifest = Manifests.Upgrade(LabFixture.UniqueName("up"));
        PolicyUser.Notes(manifest)["drydock.dev/hold"] = "StopOld";
        (await _alice.CreateAsync(manifest, "alice@example.com")).ShouldBeNull();
        return manifest;
    }
}
