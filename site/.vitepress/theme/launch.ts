import { withBase } from 'vitepress'
import { defineComponent, h } from 'vue'

/** The picture of the launch, as `npm run launch` draws it. */
export default defineComponent({
  name: 'LaunchPicture',
  setup: () => () =>
    h('div', { class: 'launch' }, [
      h('img', {
        src: withBase('/launch.svg'),
        alt: 'The launch: ten times the traffic. Without the cache requests time out; with it the slowest one in a hundred takes about a seventh of a second',
      }),
    ]),
})
