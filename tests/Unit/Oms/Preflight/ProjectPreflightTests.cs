using static Drydock.Tests.Unit.Fakes.ProjectWorlds;

namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Preflight through the API: record, near real time, no forward switchover; and what is done where it cannot tell.
/// </summary>
public sealed class ProjectPreflightTests
{
    [Fact]
    public void Projects_and_components_are_recorded_through_the_API()
    {
        var world = WithApiBefore(w => w.Console["np_1"].FullImport = "FINISHED");
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        world.Status.Findings.ShouldBeEmpty();
        world.Status.Projects!.Migration.ShouldBe(2);
        world.Status.Projects!.Synchronization.ShouldBe(1);
        world.Recorded("np_1").Components.ShouldBe("Store ACTIVE, Incr-Sync RUNNING, Full-Import FINISHED");
        world.Recorded("sp_1").Components.ShouldBe("Store ACTIVE, Incr-Sync PAUSED");
        world.Recorded("np_2").Components.ShouldBeNull();
    }

    [Fact]
    public void Lagging_project_stalls_preflight_until_it_caught_up()
    {
        var world = WithApiBefore(w => w.Console["np_1"].Lag = TimeSpan.FromSeconds(301));
        world.RunToStall();

        var finding = world.Found(Reasons.ProjectsLagging).ShouldHaveSingleItem();
        finding.Message.ShouldBeWorded();
        finding.Field.ShouldBe("spec.preflight.maxProjectLag");
        world.Done.ShouldBeEmpty();

        world.Console["np_1"].Lag = TimeSpan.FromSeconds(10);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Lag_limit_comes_from_the_spec()
    {
        var world = WithApiBefore(w => w.Console["np_1"].Lag = TimeSpan.FromSeconds(301), s =>
            s with { Preflight = s.Preflight with { MaxProjectLag = "6m" } });
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    [Fact]
    public void Running_project_without_a_checkpoint_is_a_finding()
    {
        var world = WithApiBefore(
            w => (w.Console["np_1"].Lag, w.Console["np_1"].CurrentStep) = (null, "FULL_TRANSFER"));
        world.RunToStall();

        world.Found(Reasons.ProjectsLagging).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Project_without_increments_is_noted_in_the_plan()
    {
        var world = WithApiBefore(
            w => (w.Console["np_1"].Lag, w.Console["np_1"].SynchronizesIncrements, w.Console["np_1"].CurrentStep) =
                (null, false, "FULL_TRANSFER"));
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        world.Plan.Notes.ShouldContain(
            n => n.Contains("Projects run without incremental synchronization: orders (np_1)"));
    }

    [Fact]
    public void Lag_of_a_stopped_project_is_ignored()
    {
        var world = WithApiBefore(w => w.Console["sp_1"].Lag = TimeSpan.FromDays(30));
        world.RunUntil(() => world.Status.Plan is not null, "planned");
    }

    [Theory]
    [InlineData("RUNNING", "RUNNING")]
    [InlineData("RUNNING", "FAILED")]
    [InlineData("SUSPEND", "SUSPEND")]
    public void Forward_switchover_under_way_stalls_despite_acknowledgement(string status, string step)
    {
        var world = WithApiBefore(
            w =>
            {
                w.Console["np_1"].Status = status;
                w.Console["np_1"].Steps.Clear();
                w.Console["np_1"].Steps.Add(new ProjectStep("TRANSFER_APP_SWITCH", step));
            },
            s => s with { Preflight = s.Preflight with { Acknowledge = [Reasons.ForwardSwitchoverUnknown] } });
        world.RunToStall();

        world.Found(Reasons.ForwardSwitchoverUnderWay).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void API_without_credentials_needs_the_acknowledgement()
    {
        var world = WithApiBefore(
            spec: s => s with { Preflight = s.Preflight with { ApiCredentialsSecretRef = null } });
        world.RunToStall();

        var finding = world.Found(Reasons.ForwardSwitchoverUnknown).ShouldHaveSingleItem();
        finding.Message.ShouldContain("spec.preflight.apiCredentialsSecretRef");
        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [Reasons.ForwardSwitchoverUnknown] } });
        world.RunToSuccess();
        world.Status.Projects.ShouldBeNull("nothing listed them");
        world.Verified().Reason.ShouldBe(Reasons.Unverifiable);
    }

    [Fact]
    public void Source_without_an_API_needs_the_acknowledgement()
    {
        var world = WithApiAfter(
            spec: s => s with { Preflight = s.Preflight with { Acknowledge = [Reasons.SyncProjectsWithoutDbType] } });
        world.RunToStall();

        world.Found(Reasons.ForwardSwitchoverUnknown).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Unreachable_API_stalls_preflight_until_it_answers()
    {
        var world = WithApiBefore(w => w.Console.IsReachable = false);
        world.RunToStall();

        world.Found(Reasons.ApiUnreachable).ShouldHaveSingleItem().Message.ShouldContain("http://192.0.2.216:8089/");
        world.Console.IsReachable = true;
        world.RunToSuccess();
    }

    [Fact]
    public void Refused_login_stalls_preflight_and_shows_no_password()
    {
        var world = WithApiBefore(w => w.Console.Password = "changed");
        world.RunToStall();

        world.Found(Reasons.ApiRefused).ShouldHaveSingleItem().Message.ShouldContain("*** was refused");
        world.Status.Message!.ShouldNotContain(Canary.ApiPassword);
        world.Console.Password = Canary.ApiPassword;
        world.RunToSuccess();
    }

    [Fact]
    public void Console_without_its_expected_API_is_a_finding()
    {
        var world = WithApiBefore(w => w.Console.LacksApi = true);
        world.RunToStall();

        world.Found(Reasons.ApiRefused).ShouldHaveSingleItem().Message.ShouldContain("HTTP 404");
    }

    [Fact]
    public void Refused_progress_of_a_running_project_is_a_finding()
    {
        var world = WithApiBefore(w => w.Console.Refused.Add("DescribeProjectProgress np_1"));
        world.RunToStall();

        world.Found(Reasons.ApiRefused).ShouldHaveSingleItem().Message.ShouldContain("GHANA-OPERAT000001");
    }

    [Fact]
    public void Refused_components_are_noted_and_do_not_stall()
    {
        var world = WithApiBefore(w => w.Console.Refused.Add("DescribeProjectComponents sp_1"));
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        world.Recorded("sp_1").Components.ShouldBeNull();
        world.Plan.Notes.ShouldContain(
            n => n.Contains("components of some projects are not recorded") && n.Contains("billing (sp_1)"));
    }

    [Theory]
    [InlineData("username")]
    [InlineData("password")]
    public void Secret_without_a_key_is_a_finding_with_both_names(string missing)
    {
        var world = WithApiBefore(w => w.Api.Update(w.Api.Find<V1Secret>(OmsWorld.Namespace, SecretName)! with
        {
            Data = OmsWorld.Bytes(missing == "username" ? ("password", "x") : ("username", "x")),
        }));
        world.RunToStall();

        world.Found(Reasons.SecretMissing).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Missing_Secret_is_a_finding_even_without_an_API()
    {
        var world = WithApiAfter(spec: s => s with
        {
            Preflight = s.Preflight with { ApiCredentialsSecretRef = new SecretReference { Name = "other" } }
        });
        world.RunToStall();

        world.Found(Reasons.SecretMissing).ShouldHaveSingleItem().Message.ShouldContain("Secret other");
    }

    [Fact]
    public void Address_in_the_Secret_overrides_the_default()
    {
        var world = WithApiBefore(w => w.Api.Update(w.Api.Find<V1Secret>(OmsWorld.Namespace, SecretName)! with
        {
            Data = OmsWorld.Bytes(("username", WorldOmsConsole.User), ("password", Canary.ApiPassword), (
                "url", "https://192.0.2.9:8443/api/v2")),
        }));
        world.RunToStall();

        world.Found(Reasons.ApiUnreachable).ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Untrusted_console_is_planned_once_its_certificate_is_trusted()
    {
        const string Certificate = "the certificate of the console";
        var world = WithApiBefore(w => w.Console.SelfSigned = Certificate);
        Keep(("url", "https://192.0.2.216:8089"));
        world.RunToStall();

        var finding = world.Found(Reasons.ApiUntrusted).ShouldHaveSingleItem();
        finding.Message.ShouldContain("`http://192.0.2.216:8090/` (ghana_server_port)");
        finding.Field.ShouldBe("spec.preflight.apiCredentialsSecretRef");

        Keep(("url", "https://192.0.2.216:8089"), ("ca.crt", Certificate));
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        void Keep(params (string, string)[] more) =>
            world.Api.Update(world.Api.Find<V1Secret>(OmsWorld.Namespace, SecretName)! with
            {
                Data = OmsWorld.Bytes([("username", WorldOmsConsole.User), ("password", Canary.ApiPassword), .. more]),
            });
    }

    [Theory]
    [InlineData("ftp://oms")]
    [InlineData("oms:8089")]
    [InlineData("http://user:secret@oms:8089")]
    [InlineData("http://oms:8089/?x=1")]
    public void Invalid_console_address_is_refused(string address) => ConsoleAddress.Parse(address).ShouldBeNull();

    [Theory]
    [InlineData("https://oms.example:8089", "https://oms.example:8089/")]
    [InlineData(" http://oms/console/ ", "http://oms/console/")]
    [InlineData("http://[2001:db8::1]:8089/api/v2", "http://[2001:db8::1]:8089/")]
    public void Console_address_is_accepted_with_or_without_API_path(string address, string expected) =>
        ConsoleAddress.Parse(address)!.AbsoluteUri.ShouldBe(expected);

    [Fact]
    public void Console_address_of_an_IPv6_node_has_brackets()
    {
        ConsoleAddress.Of("2001:db8::1", 8089, https: true).AbsoluteUri.ShouldBe("https://[2001:db8::1]:8089/");
    }

    [Theory]
    [InlineData("3.2.2", false)]
    [InlineData("3.3.0-ce", false)]
    [InlineData("4.1.0", false)]
    [InlineData("4.1.1-ce", true)]
    [InlineData("4.2.2-bp1", true)]
    public void Version_implies_project_API(string version, bool has)
    {
        var parsed = OmsVersion.Parse(version);
        var edition = parsed.Community ? OmsEdition.Community : OmsEdition.Enterprise;
        OmsVersionData.Of(edition).Procedure(parsed).ProjectApi.ShouldBe(has);
    }
}
