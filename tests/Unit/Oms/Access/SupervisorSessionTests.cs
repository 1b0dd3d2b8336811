namespace Drydock.Tests.Unit.Oms;

#pragma warning disable CA1001 // The sessions end with the world of the test, which has no threads of its own.
public sealed class SupervisorSessionTests
#pragma warning restore CA1001
{
    private const string Console = "oms_console";

    private readonly OmsWorld _world = new(new WorldSetup { RealJson = false });
    private readonly SupervisorSessions _sessions;

    public SupervisorSessionTests() => _sessions = new SupervisorSessions(_world.Time);

    private WorldHost Host => _world["oms-a"];

    private WorldSupervisorctl Supervisorctl => Host.Supervisorctl;

    private WorldContainer Container => Host.Find(OmsWorld.OldName)!;

    [Theory]
    [InlineData("supervisor> ")]
    [InlineData("oms@host-1> ")]
    [InlineData("")]
    public void One_session_answers_all_questions_whatever_its_prompt(string prompt)
    {
        Supervisorctl.Prompt = prompt;
        for (var i = 0; i < 5; i++)
        {
            var status = Status();
            status.IsRunning(Console).ShouldBeTrue();
            status.Programs.Count.ShouldBe(Container.Programs.Count);
            status.OtherLines.ShouldBeEmpty();
        }

        (Supervisorctl.Opened, Supervisorctl.Questions, Supervisorctl.Commands).ShouldBe((1, 5, 0));
    }

    [Fact]
    public void Each_answer_is_younger_than_its_question()
    {
        Status().IsRunning(Console).ShouldBeTrue();
        var held = new TaskCompletionSource();
        Supervisorctl.Answers = held.Task;
        var (early, before) = (Ask(), Supervisorctl.Questions);
        _world.RunUntil(() => Supervisorctl.Questions > before, "the question is under way");

        Container.StopProgram(Console);
        var late = Ask();
        Supervisorctl.Answers = Task.CompletedTask;
        held.SetResult();

        Answer(late).StateOf(Console).ShouldBe(SupervisorState.Stopped);
        Answer(early).Answered.ShouldBeTrue();
        Supervisorctl.Questions.ShouldBe(before + 2);
    }

    [Fact]
    public void Wait_that_is_given_up_ends_no_other()
    {
        using var stop = new CancellationTokenSource();
        var held = new TaskCompletionSource();
        Supervisorctl.Answers = held.Task;
        var (left, stays) = (Ask(cancellationToken: stop.Token), Ask());
        _world.RunUntil(() => Supervisorctl.Questions == 1, "the question is under way");
        stop.Cancel();
        _world.RunUntil(() => left.IsCompleted, "the wait ends");
        held.SetResult();

        left.IsCanceled.ShouldBeTrue();
        Answer(stays).IsRunning(Console).ShouldBeTrue();
    }

    [Theory]
    [InlineData("takes no input")]
    [InlineData("silent")]
    [InlineData("endless")]
    public void Session_that_does_not_work_is_tried_twice(string how)
    {
        (Supervisorctl.TakesNoInput, Supervisorctl.IsSilent, Supervisorctl.IsEndless) =
            (how == "takes no input", how == "silent", how == "endless");
        for (var i = 0; i < 4; i++)
        {
            Status().IsRunning(Console).ShouldBeTrue();
        }

        (Supervisorctl.Opened, Supervisorctl.Open, Supervisorctl.Commands).ShouldBe((2, 0, 4));
    }

    [Fact]
    public void Session_without_answer_in_time_is_replaced()
    {
        Status();
        Supervisorctl.Answers = new TaskCompletionSource().Task;
        Status().IsRunning(Console).ShouldBeTrue();
        (Supervisorctl.Opened, Supervisorctl.Commands).ShouldBe((1, 1));

        Supervisorctl.Answers = Task.CompletedTask;
        Status().IsRunning(Console).ShouldBeTrue();
        (Supervisorctl.Opened, Supervisorctl.Commands).ShouldBe((2, 1));
    }

    [Fact]
    public void Session_that_hangs_prevents_no_later_question()
    {
        Status();
        (Supervisorctl.Answers, Supervisorctl.IgnoresEnd) = (new TaskCompletionSource().Task, true);
        Status().IsRunning(Console).ShouldBeTrue();
        _world.RunFor(TimeSpan.FromSeconds(70));

        (Supervisorctl.Answers, Supervisorctl.IgnoresEnd) = (Task.CompletedTask, false);
        Status().IsRunning(Console).ShouldBeTrue();
        _world.RunFor(TimeSpan.FromMinutes(3));
        Supervisorctl.Open.ShouldBe(0);
    }

    [Fact]
    public void Container_that_was_started_again_is_asked_in_its_present_run()
    {
        Status();
        Container.Stop();
        _world.RunFor(TimeSpan.FromSeconds(1));
        Container.Start();
        Status().Answered.ShouldBeFalse();
        _world.RunFor(TimeSpan.FromMinutes(2));

        Status().IsRunning(Console).ShouldBeTrue();
        Supervisorctl.Commands.ShouldBe(0);
    }

    [Fact]
    public void Name_that_another_container_has_now_asks_that_container()
    {
        Status();
        var former = Container;
        former.Name = "kept";
        var other = new WorldContainer(_world, Host, OmsWorld.OldName, former.Image, former.Config, former.HostConfig);
        Host.Containers.Add(other);

        Should.Throw<DockerConflictException>(() => Status());
        Status("kept").IsRunning(Console).ShouldBeTrue();
    }

    [Fact]
    public void Forgotten_session_is_replaced()
    {
        Status();
        Host.LiveRestore = true;
        Host.RestartDockerd();
        Status().IsRunning(Console).ShouldBeTrue();
        Status().IsRunning(Console).ShouldBeTrue();

        Supervisorctl.Opened.ShouldBe(2);
    }

    [Fact]
    public void Session_ends_by_itself()
    {
        Status();
        Supervisorctl.Open.ShouldBe(1);
        _world.RunFor(TimeSpan.FromMinutes(2));

        Supervisorctl.Open.ShouldBe(0);
        Status().IsRunning(Console).ShouldBeTrue();
        Supervisorctl.Opened.ShouldBe(2);
    }

    [Fact]
    public void Sessions_end_with_their_owner_also_during_a_question()
    {
        Status();
        Supervisorctl.Answers = new TaskCompletionSource().Task;
        var asked = Ask();
        _world.RunUntil(() => Supervisorctl.Questions == 2, "the question is under way");
        var closed = _world.Life.Scheduler.Start(async () =>
        {
            await _sessions.DisposeAsync();
            return true;
        });
        Supervisorctl.Answers = Task.CompletedTask;
        _world.RunUntil(() => closed.IsCompleted && asked.IsCompleted, "all has ended", TimeSpan.FromSeconds(20));

        closed.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public void Upgrade_asks_over_sessions_and_leaves_none()
    {
        _world.Apply();
        _world.RunToSuccess();
        _world.RunFor(TimeSpan.FromMinutes(2));

        foreach (var host in _world.Hosts)
        {
            host.Supervisorctl.Commands.ShouldBe(0);
            host.Supervisorctl.Questions.ShouldBeGreaterThan(3);
            host.Supervisorctl.Opened.ShouldBeLessThan(20);
            host.Supervisorctl.Open.ShouldBe(0);
        }
    }

    [Fact]
    public void Upgrade_succeeds_without_sessions()
    {
        foreach (var host in _world.Hosts)
        {
            host.Supervisorctl.TakesNoInput = true;
        }

        _world.Apply();
        _world.RunToSuccess();

        _world.Hosts.ShouldAllBe(h => h.Supervisorctl.Commands > 3);
        _world.Rules.Broken.ShouldBeEmpty();
    }

    private SupervisorStatus Status(string container = OmsWorld.OldName) => Answer(Ask(container));

    private Task<SupervisorStatus> Ask(
        string container = OmsWorld.OldName, CancellationToken cancellationToken = default)
    {
        var docker = _world.Life.Docker.Get(Host.Trusted);
        return _world.Life.Scheduler.Start(() => _sessions.StatusAsync(docker, container, cancellationToken));
    }

    private SupervisorStatus Answer(Task<SupervisorStatus> asked)
    {
        _world.RunUntil(() => asked.IsCompleted, "the answer has come", TimeSpan.FromMinutes(1));
        return asked.GetAwaiter().GetResult();
    }
}
